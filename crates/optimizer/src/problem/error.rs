//! What a problem may not be.

use domain::{Decimal, SecurityId};

/// Why balances, prices and a model do not make a problem that can be computed exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemError {
    /// The same security twice.
    #[error("security {0} is listed twice")]
    DuplicateSecurity(SecurityId),
    /// More securities than [`MAX_SECURITIES`](super::MAX_SECURITIES).
    #[error("{0} securities are more than the {max} that one problem may have", max = super::MAX_SECURITIES)]
    TooManySecurities(usize),
    /// A quantity with more than 8 decimals.
    #[error("the quantity {quantity} of security {security} has more than 8 decimals")]
    QuantityTooFine {
        /// The security.
        security: SecurityId,
        /// Its quantity.
        quantity: Decimal,
    },
    /// A price with more than 8 decimals.
    #[error("the price {price} of security {security} has more than 8 decimals")]
    PriceTooFine {
        /// The security.
        security: SecurityId,
        /// Its price.
        price: Decimal,
    },
    /// A price of 10⁹ or more.
    #[error("the price {price} of security {security} is not below 1000000000")]
    PriceTooHigh {
        /// The security.
        security: SecurityId,
        /// Its price.
        price: Decimal,
    },
    /// A drift with more than 6 decimals, as models of the previous service may have.
    #[error("a drift of security {0} has more than 6 decimals; change the position to compute with it")]
    DriftTooFine(SecurityId),
    /// Cash with more than 8 decimals.
    #[error("the cash {0} has more than 8 decimals")]
    CashTooFine(Decimal),
    /// The gross worth is 10¹⁵ or more.
    #[error("cash and holdings are worth 1000000000000000 or more, each counted without its sign")]
    GrossTooHigh,
    /// The amount of the reserve is 10¹⁵ or more.
    #[error("the cash reserve {0} is not below 1000000000000000")]
    ReserveTooHigh(Decimal),
    /// The targets sum to more than 0.95.
    #[error("the targets sum to more than 0.95")]
    TargetSumTooHigh,
    /// A security that the model does not list has a target or a band.
    #[error("security {0} is not in the model but has a target or a band")]
    TargetOutsideModel(SecurityId),
}
