//! The simulated suite, with the optimizer's worked example in its book, and models for it.

use crate::process::{Answer, Service};
use serde_json::{Value, json};
use simulator::{Amount, Holding, Simulator, SimulatorConfig};

/// The id of the portfolio of the worked example.
pub(crate) const EXAMPLE: &str = "aaaaaaaaaaaaaaaaaaaaaaaa";

/// A suite with so many portfolios.
pub(crate) fn suite(portfolios: usize) -> Simulator {
    Simulator::start(&SimulatorConfig::reproducible(7).portfolios(portfolios)).expect("free ports")
}

/// Adds the worked example's market and portfolio, and gives the model that the portfolio follows.
pub(crate) fn worked_example(suite: &Simulator) -> Value {
    let amount = |text| Amount::parse(text).expect("an amount");
    let ids = suite.edit(|book| {
        let ids = [("EXA", "101.00"), ("EXB", "133.00"), ("EXC", "57.00"), ("EXD", "20.00")].map(|(ticker, price)| {
            book.set_price(ticker, amount(price), None);
            book.add_security(ticker, "of the worked example", None)
        });
        let holdings = [Holding::long(&ids[0], amount("10")), Holding::long(&ids[3], amount("3.5"))];
        book.upsert_portfolio(EXAMPLE, Some("Example"), Some(amount("420.00")), &holdings);
        ids
    });
    let position = |id: &str, target: &str, drift: &str| json!({"security_id": id, "target": number(target), "low_drift": number(drift), "high_drift": number(drift)});
    let [a, b, c, _] = &ids;
    json!({
        "name": "Worked example",
        "positions": [position(a, "0.40", "0.08"), position(b, "0.30", "0.10"), position(c, "0.25", "0.10")],
        "portfolios": [EXAMPLE],
    })
}

/// A model of the first strategy with wide bands, followed by the first `count` portfolios of the book.
pub(crate) fn strategy(suite: &Simulator, name: &str, count: usize) -> Value {
    suite.book(|book| {
        let positions = book.strategies()[0].positions.iter().map(|position| {
            let target = number(&format!("0.{:03}", position.target_thousandths));
            json!({"security_id": position.security_id, "target": target, "low_drift": 0, "high_drift": 1})
        });
        let portfolios = book.portfolios().iter().take(count).map(|portfolio| portfolio.id.clone());
        json!({"name": name, "positions": positions.collect::<Vec<_>>(), "portfolios": portfolios.collect::<Vec<_>>()})
    })
}

/// A JSON number with exactly these digits.
fn number(text: &str) -> Value {
    serde_json::from_str(text).expect("a number")
}

/// Creates the model and gives its path.
pub(crate) fn create(service: &Service, model: &Value) -> String {
    let created = service.post("/api/v1/models", &model.to_string()).expect(201).json();
    format!("/api/v1/model/{}", created["model_id"].as_str().expect("an id"))
}

/// How many rebalances the service lists.
pub(crate) fn stored(service: &Service) -> Vec<Value> {
    let listed = service.get("/api/v1/rebalances?view=summary&limit=100").expect(200).json();
    listed.as_array().expect("an array").clone()
}

/// Quantities after, by the order of the drifts.
pub(crate) fn adjusted(answer: &Answer) -> Vec<String> {
    let portfolio = answer.json()[0].clone();
    let drifts = portfolio["drifts"].as_array().unwrap_or_else(|| panic!("{portfolio}")).clone();
    drifts.iter().map(|drift| drift["adjusted_quantity"].as_str().expect("a decimal").to_owned()).collect()
}
