//! The book that is measured with: models and portfolios from the simulator.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Client, Request};

/// What models are made of.
#[derive(Debug)]
pub(crate) struct World {
    securities: Vec<String>,
    /// Portfolios that the simulator knows.
    pub(crate) portfolios: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Strategy {
    positions: Vec<Position>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Position {
    security_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Portfolio {
    portfolio_id: String,
}

/// A model that the service has stored.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) model_id: String,
    pub(crate) version: u64,
}

impl World {
    /// Reads the simulator's book and opens cash accounts of 2,500,000 until there are enough.
    pub(crate) fn prepare(control: &Client, portfolios: usize) -> Result<Self> {
        let strategies: Vec<Strategy> = control.read(&Request::Get("/simulator/strategies".into()))?;
        let strategy = strategies.into_iter().next().context("the simulator has no strategy")?;
        let securities: Vec<String> = strategy.positions.into_iter().map(|position| position.security_id).collect();
        ensure!(securities.len() >= 50, "the strategy has only {} positions", securities.len());
        let mut ids = Vec::with_capacity(portfolios);
        for number in 0..portfolios {
            let account = json!({ "name": format!("Account {number}"), "cash": "2500000" });
            let opened: Portfolio = control.read(&Request::Post("/simulator/portfolios".into(), Some(account)))?;
            ids.push(opened.portfolio_id);
        }
        Ok(Self { securities, portfolios: ids })
    }

    /// A model of so many positions of equal weight, 0.95 in all at most, and the first so many portfolios.
    pub(crate) fn model(&self, name: &str, positions: usize, portfolios: usize) -> Value {
        let positions: Vec<Value> = self.securities.iter().take(positions.min(50)).map(|security_id| {
            json!({ "security_id": security_id, "target": "0.015", "low_drift": "0.010", "high_drift": "0.015" })
        }).collect();
        json!({ "name": name, "positions": positions, "portfolios": &self.portfolios[..portfolios] })
    }

    /// Stores a model.
    pub(crate) fn create(&self, service: &Client, name: &str, positions: usize, portfolios: usize) -> Result<Model> {
        service.read(&Request::Post("/api/v1/models".into(), Some(self.model(name, positions, portfolios))))
    }
}
