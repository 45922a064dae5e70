//! The calls that the demo makes, as any client would.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::time::Instant;

use super::book::Book;
use super::exact::Exact;
use super::stand::Stand;
use crate::console::{Console, Tone};

/// A portfolio's answer.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Answer {
    pub(super) portfolio_id: String,
    pub(super) portfolio_name: Option<String>,
    pub(super) rebalance_id: Option<String>,
    pub(super) status: String,
    pub(super) failure: Option<Failure>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) drifts: Vec<Drift>,
    pub(super) optimality: Option<Optimality>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) details: Vec<Detail>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Detail {
    pub(super) message: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Transaction {
    #[serde(rename = "transaction_type")]
    pub(super) side: String,
    pub(super) security_id: String,
    pub(super) quantity: u64,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Drift {
    pub(super) security_id: String,
    pub(super) target: Exact,
    pub(super) actual: Exact,
    pub(super) reason: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(super) struct Optimality {
    pub(super) status: String,
    pub(super) proof: Option<String>,
    pub(super) objective: Exact,
}

/// A stored portfolio.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Stored {
    pub(super) portfolio_id: String,
    pub(super) market_value: Exact,
    pub(super) cash_before_rebalance: Exact,
    pub(super) cash_after_rebalance: Exact,
    pub(super) positions: Vec<Position>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Position {
    pub(super) security_id: String,
    pub(super) price: Exact,
    pub(super) original_quantity: Exact,
    pub(super) adjusted_quantity: Exact,
    pub(super) target: Exact,
    pub(super) low_drift: Exact,
    pub(super) high_drift: Exact,
}

#[derive(Deserialize)]
struct Record {
    portfolios: Vec<Stored>,
}

/// Everything that was answered.
pub(super) struct Results {
    pub(super) book: Book,
    pub(super) answers: Vec<Answer>,
    pub(super) stored: Vec<Stored>,
}

#[derive(Deserialize)]
struct Model {
    model_id: String,
    last_rebalance_date: Option<String>,
}

/// Creates the model, previews, rebalances and reads the record back.
pub(super) fn all(console: &Console, stand: &Stand) -> Result<Results> {
    let book = Book::choose(&stand.control)?;
    let (positions, portfolios) = (book.strategy.positions.len(), book.members.len());
    let model: Model = stand.service.post("/api/v1/models", Some(&book.model()))?;
    let id = &model.model_id;
    console.say(Tone::Plain, &format!("Created model {id}: {positions} positions, {portfolios} portfolios."));

    let preview: Vec<Answer> = stand.service.post(&format!("/api/v1/model/{id}/rebalance/preview"), None)?;
    ensure!(preview.iter().all(|answer| answer.rebalance_id.is_none()), "a preview has a record");
    let untouched: Model = stand.service.get(&format!("/api/v1/model/{id}"))?;
    ensure!(untouched.last_rebalance_date.is_none(), "a preview moved the model's date");
    console.say(Tone::Plain, &format!("Previewed: {} orders would be made; nothing was stored.", orders(&preview)));

    let clock = Instant::now();
    let answers: Vec<Answer> = stand.service.post(&format!("/api/v1/model/{id}/rebalance"), None)?;
    let took = clock.elapsed().as_secs_f64() * 1000.0;
    let record = answers.first().and_then(|answer| answer.rebalance_id.clone()).context("no record was made")?;
    console.say(Tone::Plain, &format!("Rebalanced in {took:.0} ms: {} orders, record {record}.", orders(&answers)));
    let same = |a: &Answer, b: &Answer| a.transactions == b.transactions && a.optimality == b.optimality;
    ensure!(preview.iter().zip(&answers).all(|(a, b)| same(a, b)), "the preview and the rebalance differ");

    let listed: Vec<Value> = stand.service.get("/api/v1/rebalances?view=summary")?;
    ensure!(listed.len() == 1, "{} records are listed instead of one", listed.len());
    let Record { portfolios: stored } = stand.service.get(&format!("/api/v1/rebalance/{record}"))?;
    Ok(Results { book, answers, stored })
}

fn orders(answers: &[Answer]) -> usize {
    answers.iter().map(|answer| answer.transactions.len()).sum()
}
