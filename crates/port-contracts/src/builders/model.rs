//! Models that state only what a test is about.

use super::{at, decimal, model_id, portfolio_id, security_id};
use domain::{
    Drift, DriftRange, Model, ModelDefinition, ModelName, Portfolios, Position, Positions, Target, Timestamp, Version,
};

/// A valid model: the `n`th, named `Model n`, with one position of 10 % and portfolio `n`, created at the beginning.
#[must_use]
pub fn model_builder(n: u32) -> ModelBuilder {
    let (name, positions) = (format!("Model {n}"), Vec::new());
    ModelBuilder {
        n,
        name,
        positions,
        portfolios: vec![n],
        rebalanced: None,
        version: 1,
        created: at(0),
        updated: None,
    }
}

/// Builds a [`Model`].
#[derive(Clone, Debug)]
pub struct ModelBuilder {
    n: u32,
    name: String,
    positions: Vec<Position>,
    portfolios: Vec<u32>,
    rebalanced: Option<Timestamp>,
    version: u32,
    created: Timestamp,
    updated: Option<Timestamp>,
}

impl ModelBuilder {
    /// Named so.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// With one more position: security number, target, low and high drift.
    #[must_use]
    pub fn position(mut self, security: u32, target: &str, low: &str, high: &str) -> Self {
        self.positions.push(position(security, target, low, high));
        self
    }

    /// With these portfolios, by number, in this order.
    #[must_use]
    pub fn portfolios(mut self, numbers: impl IntoIterator<Item = u32>) -> Self {
        self.portfolios = numbers.into_iter().collect();
        self
    }

    /// Last rebalanced then.
    #[must_use]
    pub const fn rebalanced(mut self, date: Timestamp) -> Self {
        self.rebalanced = Some(date);
        self
    }

    /// In this version, at least 1.
    #[must_use]
    pub const fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Created then, and changed then unless said otherwise.
    #[must_use]
    pub const fn created(mut self, date: Timestamp) -> Self {
        self.created = date;
        self
    }

    /// Last changed then.
    #[must_use]
    pub const fn updated(mut self, date: Timestamp) -> Self {
        self.updated = Some(date);
        self
    }

    /// What the owner decided.
    #[must_use]
    pub fn definition(&self) -> ModelDefinition {
        let positions =
            if self.positions.is_empty() { vec![position(1, "0.10", "0.02", "0.05")] } else { self.positions.clone() };
        ModelDefinition {
            name: ModelName::new(&self.name).expect("a valid name"),
            positions: Positions::new(positions).expect("valid positions"),
            portfolios: Portfolios::new(self.portfolios.iter().copied().map(portfolio_id).collect()).expect("valid"),
        }
    }

    /// The model.
    #[must_use]
    pub fn build(&self) -> Model {
        Model {
            id: model_id(self.n),
            definition: self.definition(),
            last_rebalance_date: self.rebalanced,
            version: Version::new(self.version).expect("a version of at least 1"),
            created_at: self.created,
            updated_at: self.updated.unwrap_or(self.created),
        }
    }
}

/// A model position: security number, target, low and high drift.
#[must_use]
pub fn position(security: u32, target: &str, low: &str, high: &str) -> Position {
    let drift = |text| Drift::new(decimal(text)).expect("a valid drift");
    Position {
        security_id: security_id(security),
        target: Target::new(decimal(target)).expect("a valid target"),
        drifts: DriftRange::new(drift(low), drift(high)).expect("low not above high"),
    }
}
