//! Problems in few words.

use domain::{Decimal, Drift, DriftRange, Price, Reserve, SecurityId, Target};
use optimizer::{Limits, Problem, Security};

/// The decimal written as `text`.
pub(crate) fn d(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// A security id that begins with `name`.
pub(crate) fn id(name: &str) -> SecurityId {
    format!("{name:x<24}").parse().expect("an id")
}

/// Limits for tests of what is proven and settled, not of how far the usual ones reach: twenty times as many nodes.
pub(crate) fn ample() -> Limits {
    Limits { nodes: 20_000_000, tie_nodes: 20_000_000, ..Limits::default() }
}

/// A portfolio and its model in the making.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub(crate) cash: Decimal,
    pub(crate) securities: Vec<Security>,
    pub(crate) reserve: Reserve,
}

impl Book {
    pub(crate) fn new(cash: &str) -> Self {
        Self { cash: d(cash), securities: Vec::new(), reserve: Reserve::NONE }
    }

    /// A security of the model with the same drift on both sides.
    pub(crate) fn listed(self, name: &str, quantity: &str, price: &str, target: &str, drift: &str) -> Self {
        self.banded(name, quantity, price, target, (drift, drift))
    }

    /// A security of the model with a low and a high drift.
    pub(crate) fn banded(
        mut self,
        name: &str,
        quantity: &str,
        price: &str,
        target: &str,
        drifts: (&str, &str),
    ) -> Self {
        let drift = |text| Drift::new(d(text)).expect("a drift");
        self.securities.push(Security {
            id: id(name),
            quantity: d(quantity),
            price: Price::new(d(price)).expect("positive"),
            target: Target::new(d(target)).expect("a target"),
            drifts: DriftRange::new(drift(drifts.0), drift(drifts.1)).expect("low not above high"),
            in_model: true,
        });
        self
    }

    /// A security that the model does not list.
    pub(crate) fn unlisted(mut self, name: &str, quantity: &str, price: &str) -> Self {
        self.securities.push(Security {
            id: id(name),
            quantity: d(quantity),
            price: Price::new(d(price)).expect("positive"),
            target: Target::ZERO,
            drifts: DriftRange::ZERO,
            in_model: false,
        });
        self
    }

    pub(crate) fn reserve(mut self, amount: &str, fraction: &str) -> Self {
        self.reserve = Reserve::new(d(amount), d(fraction)).expect("a reserve");
        self
    }

    pub(crate) fn problem(&self) -> Problem {
        Problem::new(self.cash, self.securities.clone(), self.reserve).expect("within bounds")
    }
}
