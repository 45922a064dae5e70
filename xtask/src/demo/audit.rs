//! The independent calculation: confirms every answer of the demo from the record, by other means than the solver's.
//!
//! For each portfolio: the books add up, trades are whole shares, nothing is held short, every band is kept (or missed
//! by the nearest count on either side, where a fraction of a share leaves no choice), no cash is overspent, and no
//! other holdings are closer to the model. The last is an exhaustive table over the amount that has to be freed when
//! the nearest counts together are too dear; it knows nothing of bounds, gains or convexity.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

use super::exact::{Exact, ONE};
use super::run::{Answer, Position, Results, Stored};
use crate::console::{Console, Tone};

/// Cells of the table; beyond that the calculation would take minutes.
const MAX_CELLS: u128 = 400_000_000;
/// One cent in units of a value (`Exact` times `Exact`).
const CENT: i128 = ONE * ONE / 100;

/// The counts that one security may end at, and what each costs: `|MV·t − u·p|` in units of a value.
struct Choices {
    /// Units of value of one share.
    price: i128,
    /// Admissible values `u·p` with their cost, from the least.
    values: Vec<(i128, i128)>,
}

/// Confirms all answers, or says which one is wrong and how.
pub(super) fn confirm(console: &Console, results: &Results) -> Result<()> {
    let mut failed = 0;
    for (answer, member) in results.answers.iter().zip(&results.book.members) {
        ensure!(answer.portfolio_id == member.portfolio_id, "portfolio {} is out of order", answer.portfolio_id);
        let stored = results.stored.iter().find(|stored| stored.portfolio_id == answer.portfolio_id);
        let check = match (answer.status.as_str(), stored) {
            ("rebalanced", Some(stored)) => {
                let known = member.cash.unwrap_or(Exact(0));
                ensure!(stored.cash_before_rebalance == known, "{}: cash differs from the book", answer.portfolio_id);
                confirm_one(answer, stored)
            }
            ("failed", None) => {
                failed += 1;
                confirm_infeasible(results, member.cash.unwrap_or(Exact(0)))
            }
            (status, _) => bail!("portfolio {}: {status}, but stored is {}", answer.portfolio_id, stored.is_some()),
        };
        check.with_context(|| format!("the independent calculation disagrees on portfolio {}", answer.portfolio_id))?;
    }
    let confirmed = results.answers.len() - failed;
    console.say(
        Tone::Good,
        &format!(
            "\nConfirmed by an independent calculation: {confirmed} portfolios with whole shares, inside every band, no \
             cash overspent, nothing closer to the model; {failed} without any solution."
        ),
    );
    Ok(())
}

fn confirm_one(answer: &Answer, stored: &Stored) -> Result<()> {
    let value =
        |quantity: fn(&Position) -> Exact| -> i128 { stored.positions.iter().map(|p| quantity(p).0 * p.price.0).sum() };
    let market_value = stored.market_value.0 * ONE;
    ensure!(stored.cash_before_rebalance.0 * ONE + value(|p| p.original_quantity) == market_value, "worth before");
    ensure!(stored.cash_after_rebalance.0 * ONE + value(|p| p.adjusted_quantity) == market_value, "worth after");
    ensure!(stored.cash_after_rebalance.0 >= 0 || stored.positions.is_empty(), "cash is overspent");
    let orders: BTreeMap<&str, i128> = answer
        .transactions
        .iter()
        .map(|order| {
            let sign = if order.side == "SELL" { -1 } else { 1 };
            (order.security_id.as_str(), sign * i128::from(order.quantity))
        })
        .collect();
    let mut objective = 0;
    let mut all = Vec::with_capacity(stored.positions.len());
    for position in &stored.positions {
        let traded = Exact(position.adjusted_quantity.0 - position.original_quantity.0);
        ensure!(traded.is_whole(), "{}: a fraction of a share is traded", position.security_id);
        let ordered = orders.get(position.security_id.as_str()).copied().unwrap_or(0);
        ensure!(traded.0 / ONE == ordered, "{}: the orders lead elsewhere", position.security_id);
        let choices = choices(position, stored.market_value)?;
        let after = position.adjusted_quantity.0 * position.price.0;
        let chosen = choices.values.iter().find(|(value, _)| *value == after);
        objective += chosen.with_context(|| format!("{}: outside its band", position.security_id))?.1;
        all.push(choices);
    }
    let claimed = answer.optimality.as_ref().context("no word on optimality")?;
    ensure!(claimed.status == "proven", "the optimum is not proven");
    ensure!(claimed.objective.0 * ONE == objective, "the objective is {objective}, not {}", claimed.objective.0 * ONE);
    let least = least_objective(&all, market_value)?;
    ensure!(least == objective, "holdings with objective {least} exist, below {objective}");
    Ok(())
}

/// Every admissible count of a position, by trying all of them around the band.
fn choices(position: &Position, market_value: Exact) -> Result<Choices> {
    let price = position.price.0 * ONE;
    ensure!(price > 0, "{}: no price", position.security_id);
    let target = position.target.0 * market_value.0;
    let low = (position.target.0 - position.low_drift.0) * market_value.0;
    let high = (position.target.0 + position.high_drift.0) * market_value.0;
    // Counts that a whole number of shares leads to: the fraction of a share stays.
    let fraction = position.original_quantity.0.rem_euclid(ONE) * position.price.0;
    let first = ((low - fraction).div_euclid(price) - 1).max(0);
    let last = (high - fraction).div_euclid(price) + 1;
    let candidates = (first..=last.max(first)).map(|shares| fraction + shares * price);
    let inside = |value: &i128| (low..=high).contains(value);
    let cost = |value: i128| (value, (target - value).abs());
    let mut values: Vec<_> = candidates.clone().filter(inside).map(cost).collect();
    if values.is_empty() && fraction != 0 && whole_shares_fit(low, high, price) {
        let below = candidates.clone().filter(|value| *value < low).max();
        let above = candidates.filter(|value| *value > high).min();
        values = below.into_iter().chain(above).map(cost).collect();
    }
    Ok(Choices { price, values })
}

/// Whether a whole number of shares, zero included, lies in a band.
fn whole_shares_fit(low: i128, high: i128, price: i128) -> bool {
    high >= 0 && high.div_euclid(price) * price >= low.max(0)
}

/// The least sum of costs with values that sum to at most `room`.
fn least_objective(all: &[Choices], room: i128) -> Result<i128> {
    // The nearest count of each security; of two equally near ones the lower, which is cheaper.
    let nearest: Option<Vec<(i128, i128)>> =
        all.iter().map(|choices| choices.values.iter().copied().min_by_key(|(value, cost)| (*cost, *value))).collect();
    let nearest = nearest.context("a band is empty")?;
    let (spent, cost) = nearest.iter().fold((0, 0), |(spent, cost), (value, own)| (spent + value, cost + own));
    if spent <= room {
        return Ok(cost);
    }
    // Shares cost whole cents, so that freeing the amount rounded up to cents is the same.
    let to_free = usize::try_from((spent - room).div_euclid(CENT) + i128::from((spent - room) % CENT != 0))?;
    let steps: usize = all.iter().zip(&nearest).map(|(choices, (value, _))| lower(choices, *value).count()).sum();
    let cells = steps as u128 * to_free as u128;
    ensure!(cells <= MAX_CELLS, "{cells} cells are too many for this calculation");
    // least[c]: the least extra cost of freeing at least c cents.
    let mut least = vec![i128::MAX; to_free + 1];
    least[0] = 0;
    for (choices, (value, own)) in all.iter().zip(&nearest) {
        ensure!(choices.price % CENT == 0, "a price has fractions of a cent");
        let before = least.clone();
        for (lower_value, lower_cost) in lower(choices, *value) {
            let freed = usize::try_from((value - lower_value) / CENT)?;
            let extra = lower_cost - own;
            for (wanted, best) in least.iter_mut().enumerate() {
                let rest = before[wanted.saturating_sub(freed)];
                if rest != i128::MAX {
                    *best = (*best).min(rest + extra);
                }
            }
        }
    }
    match least[to_free] {
        i128::MAX => bail!("no holdings are affordable"),
        extra => Ok(cost + extra),
    }
}

fn lower(choices: &Choices, value: i128) -> impl Iterator<Item = (i128, i128)> + '_ {
    choices.values.iter().copied().filter(move |(lower, _)| *lower < value)
}

/// Confirms that an account of nothing but cash has no solution at the prices of this run.
fn confirm_infeasible(results: &Results, cash: Exact) -> Result<()> {
    let priced = |security_id: &str| {
        let rows = results.stored.iter().flat_map(|stored| &stored.positions);
        rows.into_iter().find(|position| position.security_id == security_id)
    };
    let mut least_spent = 0;
    for listed in &results.book.strategy.positions {
        let position = priced(&listed.security_id).with_context(|| format!("{} has no price", listed.ticker))?;
        let position = Position { original_quantity: Exact(0), ..position.clone() };
        match choices(&position, cash)?.values.first() {
            None => return Ok(()),
            Some((value, _)) => least_spent += value,
        }
    }
    ensure!(least_spent > cash.0 * ONE, "holdings exist that keep every band and the cash");
    Ok(())
}

#[cfg(test)]
mod tests;
