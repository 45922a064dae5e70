//! The model of the demo and the portfolios that follow it, from the simulator's book.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Client;
use super::exact::Exact;

/// How far a weight may stray below and above its target.
pub(super) const LOW_DRIFT: &str = "0.010";
/// See [`LOW_DRIFT`].
pub(super) const HIGH_DRIFT: &str = "0.015";
/// Portfolios that follow the strategy anyway and come along.
const DRIFTED: usize = 4;

/// A strategy of the simulator: what the model is made of.
#[derive(Debug, Deserialize)]
pub(super) struct Strategy {
    pub(super) positions: Vec<Listed>,
}

/// One security of a strategy.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    pub(super) security_id: String,
    pub(super) ticker: String,
    pub(super) target: String,
}

/// A portfolio of the simulator.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Portfolio {
    #[serde(rename = "portfolioId")]
    id: String,
    kind: Option<String>,
    strategy: Option<usize>,
    cash: Option<Exact>,
}

/// A portfolio of the demo and what is special about it.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) portfolio_id: String,
    pub(super) about: &'static str,
    /// Cash as the simulator's book has it; `None` when it has no balances.
    pub(super) cash: Option<Exact>,
}

/// What the demo rebalances.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) strategy: Strategy,
    pub(super) members: Vec<Member>,
}

impl Book {
    /// Reads the simulator's book and adds an account that is too small for the model.
    pub(super) fn choose(control: &Client) -> Result<Self> {
        let strategies: Vec<Strategy> = control.get("/simulator/strategies")?;
        let strategy = strategies.into_iter().next().context("the simulator has no strategy")?;
        ensure!(strategy.positions.len() >= 40, "the strategy has only {} positions", strategy.positions.len());
        let portfolios: Vec<Portfolio> = control.get("/simulator/portfolios")?;
        let mut members = vec![open(control, "New account", "2500000", "new, cash only")?];
        for (kind, about) in [
            ("new", "new, cash only"),
            ("short", "holds shorts"),
            ("fractional", "holds fractions"),
            ("overdrawn", "cash below zero"),
            ("zero_rows", "sold-out rows"),
            ("unfunded", "never funded"),
        ] {
            members.push(first(&portfolios, kind, about)?);
        }
        let drifted = portfolios.iter().filter(|p| p.kind.as_deref() == Some("drifted") && p.strategy == Some(0));
        members.extend(drifted.take(DRIFTED).map(|p| member(p, "drifted")));
        members.push(open(control, "Small saver", "10000", "10,000 in all")?);
        Ok(Self { strategy, members })
    }

    /// The model as the service is told it.
    pub(super) fn model(&self) -> Value {
        let positions: Vec<Value> = self.strategy.positions.iter().map(|listed| {
            json!({"security_id": listed.security_id, "target": listed.target, "low_drift": LOW_DRIFT, "high_drift": HIGH_DRIFT})
        }).collect();
        let portfolios: Vec<&str> = self.members.iter().map(|member| member.portfolio_id.as_str()).collect();
        json!({"name": "Large caps", "positions": positions, "portfolios": portfolios})
    }

    /// The ticker of a security, or its id when the model does not list it.
    pub(super) fn ticker<'a>(&'a self, security_id: &'a str) -> &'a str {
        let listed = self.strategy.positions.iter().find(|listed| listed.security_id == security_id);
        listed.map_or(security_id, |listed| &listed.ticker)
    }
}

/// The first portfolio of a kind, one of the model's strategy if there is one.
fn first(portfolios: &[Portfolio], kind: &str, about: &'static str) -> Result<Member> {
    let of_kind = || portfolios.iter().filter(|p| p.kind.as_deref() == Some(kind));
    let found = of_kind().find(|p| p.strategy == Some(0)).or_else(|| of_kind().next());
    found.map(|p| member(p, about)).with_context(|| format!("the simulator has no {kind} portfolio"))
}

fn member(portfolio: &Portfolio, about: &'static str) -> Member {
    Member { portfolio_id: portfolio.id.clone(), about, cash: portfolio.cash }
}

fn open(control: &Client, name: &str, cash: &str, about: &'static str) -> Result<Member> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Opened {
        portfolio_id: String,
    }
    let opened: Opened = control.post("/simulator/portfolios", Some(&json!({"name": name, "cash": cash})))?;
    let account: Portfolio = control.get(&format!("/simulator/portfolios/{}", opened.portfolio_id))?;
    Ok(member(&account, about))
}
