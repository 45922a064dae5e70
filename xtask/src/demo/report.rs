//! What the demo shows: all portfolios, one in full, and the one that cannot be rebalanced.

use std::fmt::Write;

use anyhow::{Context, Result};

use super::exact::Exact;
use super::run::{Answer, Position, Results, Stored};
use crate::console::{Console, Tone};

/// Shows the results.
pub(super) fn show(console: &Console, results: &Results) -> Result<()> {
    console.say(Tone::Strong, "\nAll portfolios");
    let header = format!(
        "  {:<14} {:<16} {:>16} {:>15} {:>13} {:>6}  {:>15}  {}",
        "portfolio", "what it is", "market value", "cash before", "cash after", "orders", "largest drift", "optimum"
    );
    console.say(Tone::Faint, &header);
    for (answer, member) in results.answers.iter().zip(&results.book.members) {
        let name = answer.portfolio_name.as_deref().unwrap_or("(no name)");
        let stored = results.stored.iter().find(|stored| stored.portfolio_id == answer.portfolio_id);
        let (tone, rest) = match stored {
            Some(stored) => (Tone::Plain, figures(answer, stored)),
            None => (Tone::Warn, "cannot be rebalanced, see below".to_owned()),
        };
        console.say(tone, &format!("  {name:<14.14} {:<16} {rest}", member.about));
    }
    show_one(console, results)?;
    show_failed(console, results);
    Ok(())
}

fn figures(answer: &Answer, stored: &Stored) -> String {
    let drift = |quantity: fn(&Position) -> Exact| largest_drift(stored, quantity);
    let proof = answer.optimality.as_ref().map(|optimality| match &optimality.proof {
        Some(proof) => format!("{} ({proof})", optimality.status),
        None => optimality.status.clone(),
    });
    format!(
        "{:>16} {:>15} {:>13} {:>6}  {:>6.2}% → {:>4.2}%  {}",
        stored.market_value,
        stored.cash_before_rebalance,
        stored.cash_after_rebalance,
        answer.transactions.len(),
        drift(|position| position.original_quantity),
        drift(|position| position.adjusted_quantity),
        proof.unwrap_or_default()
    )
}

/// The largest distance of a weight from its target, in percent of market value.
fn largest_drift(stored: &Stored, quantity: fn(&Position) -> Exact) -> f64 {
    let market_value = stored.market_value.approximate();
    if market_value == 0.0 {
        return 0.0;
    }
    let drifts = stored.positions.iter().map(|position| {
        let weight = quantity(position).approximate() * position.price.approximate() / market_value;
        (weight - position.target.approximate()).abs() * 100.0
    });
    drifts.fold(0.0, f64::max)
}

/// The portfolio with the fewest orders that still sells and buys, in full.
fn show_one(console: &Console, results: &Results) -> Result<()> {
    let both = |answer: &&Answer| {
        let has = |side| answer.transactions.iter().any(|order| order.side == side);
        has("SELL") && has("BUY")
    };
    let shown = results.answers.iter().filter(both).min_by_key(|answer| answer.transactions.len());
    let answer = shown.context("no portfolio both sells and buys")?;
    let name = answer.portfolio_name.as_deref().unwrap_or(&answer.portfolio_id);
    console.say(Tone::Strong, &format!("\nThe orders of {name}"));
    console.say(
        Tone::Faint,
        &format!("  {:<5} {:<8} {:>10}   {:>8}  {:>8}  why", "", "security", "shares", "target", "after"),
    );
    for order in &answer.transactions {
        let drift = answer.drifts.iter().find(|drift| drift.security_id == order.security_id);
        let drift = drift.with_context(|| format!("{} is traded and has no drift", order.security_id))?;
        let mut line = format!(
            "  {:<5} {:<8.8} {:>10}   {:>7.1}%  {:>7.2}%  ",
            order.side,
            results.book.ticker(&order.security_id),
            order.quantity,
            drift.target.approximate() * 100.0,
            drift.actual.approximate() * 100.0
        );
        line.write_str(explain(&drift.reason))?;
        let tone = if order.side == "SELL" { Tone::Warn } else { Tone::Good };
        console.say(tone, &line);
    }
    Ok(())
}

/// A reason code in words.
fn explain(reason: &str) -> &str {
    match reason {
        "AtTarget" => "exactly at its target",
        "WholeShareRounding" => "the nearest whole share",
        "CashLimit" => "one step below the nearest share: the cash does not reach",
        "BandFloor" => "the lowest count inside its band",
        "BandCeiling" => "the highest count inside its band",
        "NotInModel" => "the model does not list it",
        "FractionalResidue" => "a fraction of a share stays",
        other => other,
    }
}

fn show_failed(console: &Console, results: &Results) {
    for answer in &results.answers {
        let Some(failure) = &answer.failure else { continue };
        let name = answer.portfolio_name.as_deref().unwrap_or(&answer.portfolio_id);
        console.say(Tone::Strong, &format!("\nWhy {name} cannot be rebalanced: {}", failure.message));
        for detail in failure.details.iter().take(5) {
            console.say(Tone::Warn, &format!("  {}", named(&detail.message, results)));
        }
        if failure.details.len() > 5 {
            console.say(Tone::Faint, &format!("  … and {} more reasons", failure.details.len() - 5));
        }
    }
}

/// The message with tickers instead of ids: people know those.
fn named(message: &str, results: &Results) -> String {
    let listed = &results.book.strategy.positions;
    listed.iter().fold(message.to_owned(), |text, listed| text.replace(&listed.security_id, &listed.ticker))
}
