//! From decimals to integers of one money unit, within bounds (see the module [`problem`](super)).

use super::{ProblemError, Security};
use crate::arithmetic::{power_of_ten, product};
use domain::{Decimal, Drift, DriftRange, Reserve, Target};

/// The most decimals of quantities, prices, cash and the reserve's amount.
const MAX_DECIMALS: u32 = 8;
/// Prices are below `10^9`.
const PRICE_DIGITS: u32 = 9;
/// Gross worth, and the reserve's amount, are below `10^15`.
const GROSS_DIGITS: u32 = 15;

/// One security in money units. Its counts `k` are whole: `u = k + ρ`, where `ρ` in `[0, 1)` is the fraction of a share
/// that no whole-share trade moves. The value of `k` is `residue + k · price`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// `p`, above 0.
    pub(crate) price: i128,
    /// `ρ·p`, in `[0, p)`.
    pub(crate) residue: i128,
    /// The whole count held now, `⌊q⌋`.
    pub(crate) now: i128,
    /// `MV·t`.
    pub(crate) target: i128,
    /// `MV·(t − l)`.
    pub(crate) low: i128,
    /// `MV·(t + h)`.
    pub(crate) high: i128,
    /// Whether the model lists the security.
    pub(crate) in_model: bool,
}

impl Row {
    /// The value of `count` whole units and the residue.
    pub(crate) const fn value(&self, count: i128) -> i128 {
        self.residue + count * self.price
    }
}

/// The whole problem in money units of `10^-scale`.
#[derive(Clone, Debug)]
pub(super) struct Scaled {
    pub(super) scale: u32,
    pub(super) price_unit: i128,
    pub(super) market_value: i128,
    pub(super) room: i128,
    pub(super) empty: bool,
    pub(super) rows: Vec<Row>,
}

/// The decimals that occur in a problem, trailing zeros not counted where counting them would add any.
#[derive(Clone, Copy)]
struct Scales {
    quantity: u32,
    price: u32,
    /// `B`: quantity times price, cash, the reserve's amount.
    base: u32,
    /// `w`: targets, drifts, the reserve's fraction.
    weight: u32,
}

impl Scales {
    fn new(cash: Decimal, securities: &[Security], reserve: Reserve) -> Result<Self, ProblemError> {
        let (mut quantity, mut price, mut weight) = (0, 0, widened(0, reserve.fraction()));
        for s in securities {
            quantity = widened(quantity, s.quantity);
            price = widened(price, s.price.amount());
            weight = widened(weight, s.target.weight());
            weight = widened(weight, s.drifts.low().fraction());
            weight = widened(weight, s.drifts.high().fraction());
            if weight > Drift::SCALE {
                return Err(ProblemError::DriftTooFine(s.id));
            }
        }
        if quantity > MAX_DECIMALS || price > MAX_DECIMALS {
            return Err(too_fine(securities));
        }
        let cash_scale = widened(0, cash);
        if cash_scale > MAX_DECIMALS {
            return Err(ProblemError::CashTooFine(cash));
        }
        let base = widened((quantity + price).max(cash_scale), reserve.amount());
        Ok(Self { quantity, price, base, weight })
    }
}

/// The first security whose quantity or price has too many decimals.
#[cold]
fn too_fine(securities: &[Security]) -> ProblemError {
    for s in securities {
        if widened(0, s.quantity) > MAX_DECIMALS {
            return ProblemError::QuantityTooFine { security: s.id, quantity: s.quantity };
        }
        if widened(0, s.price.amount()) > MAX_DECIMALS {
            return ProblemError::PriceTooFine { security: s.id, price: s.price.amount() };
        }
    }
    ProblemError::GrossTooHigh
}

impl Scaled {
    pub(super) fn new(cash: Decimal, securities: &[Security], reserve: Reserve) -> Result<Self, ProblemError> {
        let scales = Scales::new(cash, securities, reserve)?;
        let (rows, market_value) = value_holdings(cash, securities, scales)?;
        let mut problem = Self {
            scale: scales.base + scales.weight,
            price_unit: power_of_ten(scales.base + scales.weight - scales.price),
            market_value: market_value * power_of_ten(scales.weight),
            room: 0,
            empty: cash.is_zero() && securities.iter().all(|s| s.quantity.is_zero()),
            rows,
        };
        problem.set_bands(securities, scales, market_value)?;
        if !problem.empty {
            problem.room = problem.market_value - reserve_units(reserve, scales, market_value)?;
        }
        Ok(problem)
    }

    /// Targets and bands are `market_value` (units of `10^-base`) times weights (units of `10^-weight`).
    fn set_bands(&mut self, securities: &[Security], scales: Scales, market_value: i128) -> Result<(), ProblemError> {
        let mut target_sum = 0;
        for (row, s) in self.rows.iter_mut().zip(securities) {
            if !s.in_model && (s.target != Target::ZERO || s.drifts != DriftRange::ZERO) {
                return Err(ProblemError::TargetOutsideModel(s.id));
            }
            if !s.in_model {
                continue;
            }
            let target = units(s.target.weight(), scales.weight);
            target_sum += target;
            row.target = market_value * target;
            row.low = market_value * (target - units(s.drifts.low().fraction(), scales.weight));
            row.high = market_value * (target + units(s.drifts.high().fraction(), scales.weight));
        }
        if target_sum * 100 > 95 * power_of_ten(scales.weight) {
            return Err(ProblemError::TargetSumTooHigh);
        }
        Ok(())
    }
}

/// The rows, still without bands, and the market value in units of `10^-base`.
fn value_holdings(cash: Decimal, securities: &[Security], scales: Scales) -> Result<(Vec<Row>, i128), ProblemError> {
    let limit = power_of_ten(GROSS_DIGITS + scales.base);
    let price_limit = power_of_ten(PRICE_DIGITS + scales.price);
    let (to_base, to_money) = (scales.base - scales.quantity - scales.price, scales.base + scales.weight);
    let price_to_money = power_of_ten(to_money - scales.price);
    let residue_to_money = power_of_ten(to_money - scales.quantity - scales.price);
    let share = power_of_ten(scales.quantity);
    let mut market_value = checked_units(cash, scales.base).ok_or(ProblemError::GrossTooHigh)?;
    let mut gross = market_value.checked_abs().filter(|gross| *gross < limit).ok_or(ProblemError::GrossTooHigh)?;
    let mut rows = Vec::with_capacity(securities.len());
    for s in securities {
        let amount = s.price.amount();
        let price = checked_units(amount, scales.price)
            .filter(|price| *price < price_limit)
            .ok_or(ProblemError::PriceTooHigh { security: s.id, price: amount })?;
        let quantity = checked_units(s.quantity, scales.quantity).ok_or(ProblemError::GrossTooHigh)?;
        let value = product(quantity, price).and_then(|value| product(value, power_of_ten(to_base)));
        let value = value.filter(|value| (-limit..limit).contains(value)).ok_or(ProblemError::GrossTooHigh)?;
        // Both terms are below 10^15 in units of at most 10^-16: no overflow before the comparison.
        gross += value.abs();
        if gross >= limit {
            return Err(ProblemError::GrossTooHigh);
        }
        market_value += value;
        let (now, fraction) = split(quantity, share);
        rows.push(Row {
            price: price * price_to_money,
            residue: fraction * price * residue_to_money,
            now,
            target: 0,
            low: 0,
            high: 0,
            in_model: s.in_model,
        });
    }
    Ok((rows, market_value))
}

/// Whole shares (rounded down) and the rest, of a quantity in units of which `share` make one.
#[inline]
fn split(quantity: i128, share: i128) -> (i128, i128) {
    if share == 1 { (quantity, 0) } else { (quantity.div_euclid(share), quantity.rem_euclid(share)) }
}

/// The greater of amount and fraction of a market value given in units of `10^-base`; a negative worth counts as zero.
fn reserve_units(reserve: Reserve, scales: Scales, market_value: i128) -> Result<i128, ProblemError> {
    let amount = checked_units(reserve.amount(), scales.base)
        .filter(|amount| *amount < power_of_ten(GROSS_DIGITS + scales.base))
        .ok_or(ProblemError::ReserveTooHigh(reserve.amount()))?;
    let fraction = market_value.max(0) * units(reserve.fraction(), scales.weight);
    Ok((amount * power_of_ten(scales.weight)).max(fraction))
}

/// The greater of `scale` and the decimals that `value` needs.
#[inline]
fn widened(scale: u32, value: Decimal) -> u32 {
    if value.scale() <= scale { scale } else { scale.max(decimals_needed(value, scale)) }
}

/// The decimals that `value` needs, or `enough` when these suffice.
fn decimals_needed(value: Decimal, enough: u32) -> u32 {
    if is_multiple(value.units(), power_of_ten(value.scale() - enough)) {
        return enough;
    }
    let mut needed = value.scale();
    while is_multiple(value.units(), power_of_ten(value.scale() - needed + 1)) {
        needed -= 1;
    }
    needed
}

/// `value` in units of `10^-scale`, which divide it; `None` when it does not fit.
#[inline]
fn checked_units(value: Decimal, scale: u32) -> Option<i128> {
    if value.scale() == scale { Some(value.units()) } else { rescaled(value, scale) }
}

fn rescaled(value: Decimal, scale: u32) -> Option<i128> {
    match scale.checked_sub(value.scale()) {
        Some(more) => product(value.units(), power_of_ten(more)),
        None => Some(exact_quotient(value.units(), power_of_ten(value.scale() - scale))),
    }
}

/// [`checked_units`] of a weight or another number that fits for certain.
#[inline]
fn units(value: Decimal, scale: u32) -> i128 {
    if value.scale() == scale {
        return value.units();
    }
    match scale.checked_sub(value.scale()) {
        Some(more) => value.units() * power_of_ten(more),
        None => exact_quotient(value.units(), power_of_ten(value.scale() - scale)),
    }
}

fn exact_quotient(units: i128, power: i128) -> i128 {
    match (i64::try_from(units), i64::try_from(power)) {
        (Ok(units), Ok(power)) => i128::from(units / power),
        _ => units / power,
    }
}

/// `units / 10^scale` without trailing zeros. A scale of at most 22 always makes a decimal.
pub(super) fn money(units: i128, scale: u32) -> Decimal {
    let (mut units, mut scale) = (units, scale);
    for step in [8, 4, 2, 1] {
        while scale >= step && is_multiple(units, power_of_ten(step)) {
            units = exact_quotient(units, power_of_ten(step));
            scale -= step;
        }
    }
    Decimal::new(units, scale).unwrap_or(Decimal::ZERO)
}

/// `quantity` and `trade` whole units more. Quantities are below `10^24`, so that 8 decimals fit behind them.
#[inline]
pub(super) fn quantity_at(quantity: Decimal, trade: i128) -> Decimal {
    let scale = if quantity.scale() <= MAX_DECIMALS { quantity.scale() } else { decimals_needed(quantity, 0) };
    let after = units(quantity, scale) + trade * power_of_ten(scale);
    Decimal::new(after, scale).unwrap_or(Decimal::ZERO)
}

fn is_multiple(units: i128, power: i128) -> bool {
    match (i64::try_from(units), i64::try_from(power)) {
        (Ok(units), Ok(power)) => units % power == 0,
        _ => units % power == 0,
    }
}
