//! One rebalance: its header and its portfolios.

use super::{PortfolioFailure, PortfolioRebalance};
use crate::{ModelId, RebalanceId, Reserve, Timestamp, Version};

/// What a rebalance is, without its portfolios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RebalanceHeader {
    /// Its id.
    pub id: RebalanceId,
    /// The model that was followed.
    pub model_id: ModelId,
    /// The model's name at that time.
    pub model_name: String,
    /// The model's version at that time; `None` in records of the previous service.
    pub model_version: Option<Version>,
    /// When prices were taken.
    pub date: Timestamp,
    /// Portfolios stored with it.
    pub number_of_portfolios: u32,
    /// Positions of all these portfolios.
    pub number_of_positions: u64,
    /// Portfolios that were asked for and could not be rebalanced.
    pub failures: Vec<PortfolioFailure>,
    /// The cash reserve that was asked for.
    pub reserve: Reserve,
    /// The version of the record.
    pub version: Version,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A whole rebalance: the header, and its portfolios in the model's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebalance {
    /// What it is.
    pub header: RebalanceHeader,
    /// What was decided for each portfolio.
    pub portfolios: Vec<PortfolioRebalance>,
}
