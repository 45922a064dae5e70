//! What was decided for one portfolio.

use super::{Optimality, Reason, Trade};
use crate::{Decimal, DriftRange, PortfolioId, Price, SecurityId, Target, Ticker};

/// Decimals of the stored relative figures `actual` and `actual_drift`.
const RATIO_SCALE: u32 = 6;

/// One security of a rebalanced portfolio, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RebalancedPosition {
    /// The security.
    pub security_id: SecurityId,
    /// The ticker that the price was read by; `None` when the price was assumed, and in records made before it was kept.
    pub ticker: Option<Ticker>,
    /// The price that was used, in currency per unit. Zero when none was needed (no units, and no target).
    pub price: Decimal,
    /// Units before.
    pub original_quantity: Decimal,
    /// Units after.
    pub adjusted_quantity: Decimal,
    /// `original_quantity · price`.
    pub original_market_value: Decimal,
    /// `adjusted_quantity · price`.
    pub adjusted_market_value: Decimal,
    /// The model's target; 0 when the model does not list the security.
    pub target: Target,
    /// The model's band; 0 when the model does not list the security.
    pub drifts: DriftRange,
    /// Share of market value after the trades, 6 decimals; 0 when the market value is 0.
    pub actual: Decimal,
    /// `actual/target − 1` from exact values, 6 decimals; 0 when the target is 0.
    pub actual_drift: Decimal,
    /// The trade that leads there, if one does.
    pub trade: Option<Trade>,
    /// Why it ends there; `None` in records of the previous service.
    pub reason: Option<Reason>,
}

impl RebalancedPosition {
    /// A position whose relative figures follow from the others; `None` when a product does not fit.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "each is one column of the record; a second struct would repeat it")]
    pub fn new(
        security_id: SecurityId,
        price: Price,
        original_quantity: Decimal,
        adjusted_quantity: Decimal,
        target: Target,
        drifts: DriftRange,
        market_value: Decimal,
        trade: Option<Trade>,
        reason: Reason,
    ) -> Option<Self> {
        let adjusted_market_value = adjusted_quantity.checked_mul(price.amount())?.normalized();
        Some(Self {
            security_id,
            ticker: None,
            price: price.amount(),
            original_quantity,
            adjusted_quantity,
            original_market_value: original_quantity.checked_mul(price.amount())?.normalized(),
            adjusted_market_value,
            target,
            drifts,
            actual: share(adjusted_market_value, market_value, RATIO_SCALE)?,
            actual_drift: relative_drift(adjusted_market_value, target, market_value)?,
            trade,
            reason: Some(reason),
        })
    }

    /// The same, its price read by this ticker.
    #[must_use]
    pub fn priced_by(self, ticker: Option<Ticker>) -> Self {
        Self { ticker, ..self }
    }
}

/// `value / market_value` to `scale` decimals, half-even; 0 when the market value is 0.
#[must_use]
pub fn share(value: Decimal, market_value: Decimal, scale: u32) -> Option<Decimal> {
    if market_value.is_zero() {
        return Decimal::new(0, scale);
    }
    value.checked_div_half_even(market_value, scale)
}

/// `value / (market_value · target) − 1` to 6 decimals, half-even; 0 when either is 0.
fn relative_drift(value: Decimal, target: Target, market_value: Decimal) -> Option<Decimal> {
    let wanted = market_value.checked_mul(target.weight())?.normalized();
    if wanted.is_zero() {
        return Decimal::new(0, RATIO_SCALE);
    }
    value.checked_sub(wanted)?.normalized().checked_div_half_even(wanted, RATIO_SCALE)
}

/// One portfolio, rebalanced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioRebalance {
    /// The portfolio.
    pub portfolio_id: PortfolioId,
    /// Its name, when the portfolio service gave one.
    pub portfolio_name: Option<String>,
    /// Cash and holdings at the prices used; the trades do not change it.
    pub market_value: Decimal,
    /// Cash before the trades.
    pub cash_before: Decimal,
    /// Cash after the trades.
    pub cash_after: Decimal,
    /// How good the result is; `None` in records of the previous service.
    pub optimality: Option<Optimality>,
    /// Held and model securities, by ascending security id.
    pub positions: Vec<RebalancedPosition>,
}

impl PortfolioRebalance {
    /// The trades as they are listed: sells first, then by security id.
    #[must_use]
    pub fn trades(&self) -> Vec<Trade> {
        let mut trades: Vec<Trade> = self.positions.iter().filter_map(|p| p.trade).collect();
        trades.sort_unstable();
        trades
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn position(price: &str, units: &str, target: &str, market_value: &str) -> RebalancedPosition {
        RebalancedPosition::new(
            "A".repeat(24).parse().expect("an id"),
            Price::new(d(price)).expect("positive"),
            d("0"),
            d(units),
            Target::new(d(target)).expect("valid"),
            DriftRange::ZERO,
            d(market_value),
            None,
            Reason::WholeShareRounding,
        )
        .expect("fits")
    }

    #[test]
    fn the_worked_example_has_its_relative_figures() {
        for (price, units, target, actual, drift) in [
            ("101.00", "6", "0.40", "0.404000", "0.010000"),
            ("133.00", "3", "0.30", "0.266000", "-0.113333"),
            ("57.00", "7", "0.25", "0.266000", "0.064000"),
            ("20.00", "0.5", "0", "0.006667", "0.000000"),
        ] {
            let p = position(price, units, target, "1500");
            assert_eq!((p.actual.to_string(), p.actual_drift.to_string()), (actual.into(), drift.into()));
        }
    }

    #[test]
    fn a_portfolio_without_worth_has_no_shares() {
        let p = position("101.00", "6", "0.40", "0");
        assert_eq!((p.actual, p.actual_drift), (Decimal::ZERO, Decimal::ZERO));
    }

    #[test]
    fn figures_of_the_largest_amounts_fit() {
        let p = position("999999999.99999999", "999999.12345678", "0.005", "999999123456779.99");
        assert_eq!(p.actual.to_string(), "1.000000");
    }
}
