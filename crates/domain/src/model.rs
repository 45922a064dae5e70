//! The investment model: securities with target weights and drift bands, and the portfolios that follow them.

mod name;
mod portfolios;
mod position;
mod positions;

pub use name::ModelName;
pub use portfolios::Portfolios;
pub use position::{Drift, DriftError, DriftRange, Position, Target, TargetError};
pub use positions::{MAX_POSITIONS, Positions};

use crate::{Decimal, ModelId, PortfolioId, SecurityId, Timestamp};
use std::fmt;
use std::num::NonZeroU32;

/// The version of a stored thing: starts at 1, grows by one with each change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU32);

impl Version {
    /// The version of what was just created.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// A version of at least 1.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The number, at least 1.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0.get()
    }

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The rule of a model that a change would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelRuleError {
    /// The name is blank or longer than 255 characters after trimming.
    #[error("the name must have 1 to 255 characters besides surrounding white space")]
    Name,
    /// A security stands twice among the positions.
    #[error("security {0} stands in the model more than once")]
    DuplicateSecurity(SecurityId),
    /// More than 100 positions.
    #[error("a model has at most {MAX_POSITIONS} positions with a target above 0, not {0}")]
    TooManyPositions(usize),
    /// The targets sum to more than 0.95.
    #[error("the targets sum to {0}, above 0.95")]
    TargetSumExceeded(Decimal),
    /// No portfolio is left.
    #[error("a list of portfolios names at least one")]
    NoPortfolios,
    /// A portfolio stands twice in one list.
    #[error("portfolio {0} stands in the list more than once")]
    DuplicatePortfolio(PortfolioId),
    /// A position with target 0 says nothing.
    #[error("a position that is added needs a target above 0")]
    ZeroTarget,
    /// The security is there already.
    #[error("security {0} is already in the model")]
    PositionExists(SecurityId),
    /// The security is not there.
    #[error("security {0} is not in the model")]
    PositionNotFound(SecurityId),
    /// The position that was named differs from the one that is there.
    #[error("the position of security {0} has other values than those given")]
    PositionDiffers(SecurityId),
}

/// What the owner of a model decides: its name, positions and portfolios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelDefinition {
    /// Unique among models, case-sensitive.
    pub name: ModelName,
    /// Securities with a target above 0.
    pub positions: Positions,
    /// The portfolios that follow the model, in the owner's order.
    pub portfolios: Portfolios,
}

/// A model as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// What its owner decided.
    pub definition: ModelDefinition,
    /// When a rebalance of it, or of one of its portfolios, was last recorded.
    pub last_rebalance_date: Option<Timestamp>,
    /// Grows with each change of the definition, not with a rebalance.
    pub version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Model {
    /// A model that was never stored or rebalanced.
    #[must_use]
    pub const fn create(id: ModelId, definition: ModelDefinition, now: Timestamp) -> Self {
        Self { id, definition, last_rebalance_date: None, version: Version::FIRST, created_at: now, updated_at: now }
    }

    /// The same model with another definition, one version on.
    #[must_use]
    pub fn revised(&self, definition: ModelDefinition, now: Timestamp) -> Self {
        Self { definition, version: self.version.next(), updated_at: now, ..self.clone() }
    }
}
