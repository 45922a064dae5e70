//! Pricing: random on every call, missing for many.

use std::collections::BTreeMap;

use serde_json::json;
use simulator::{Amount, PriceMode, Service, Simulator, SimulatorConfig};

use crate::support::{SEED, get, members, start, start_with};

fn all(simulator: &Simulator) -> String {
    let reply = get(simulator, Service::Pricing, "/api/v1/prices");
    assert_eq!(reply.status, 200);
    reply.body
}

fn random(seed: u64) -> Simulator {
    start_with(&SimulatorConfig { prices: PriceMode::Random, ..SimulatorConfig::reproducible(seed).portfolios(1) })
}

#[test]
fn prices_are_numbers_with_two_decimals_in_one_bare_array() {
    let simulator = start();
    let body = all(&simulator);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&body).unwrap();
    assert_eq!(rows.len(), 471);
    assert_eq!(members(&rows[0]), ["close", "date", "high", "id", "low", "open", "ticker", "volume"]);
    assert!(
        body.contains(r#""ticker":"AAPL""#)
            && body.contains(r#""open":177.00,"close":177.00,"high":177.00,"low":177.00,"volume":2}"#)
    );
    let dates: std::collections::BTreeSet<_> = rows.iter().map(|row| row["date"].as_str().unwrap()).collect();
    assert_eq!(dates.len(), 1);
    assert!(dates.iter().all(|date| ("2013-03-07"..="2018-01-22").contains(date)));
}

#[test]
fn a_price_is_new_on_every_call_and_the_same_again_for_the_same_seed() {
    let (first, second) = (random(SEED), random(SEED));
    let draws: Vec<_> = (0..3).map(|_| all(&first)).collect();
    assert!(draws[0] != draws[1] && draws[1] != draws[2]);
    assert_eq!(draws, (0..3).map(|_| all(&second)).collect::<Vec<_>>());
    assert_ne!(draws[0], all(&random(SEED + 1)));
}

#[test]
fn random_prices_follow_mean_and_deviation() {
    let simulator = random(SEED);
    let draws: Vec<f64> = (0..200)
        .map(|_| get(&simulator, Service::Pricing, "/api/v1/price/AAPL").json()["close"].as_f64().unwrap())
        .collect();
    let mean = draws.iter().sum::<f64>() / 200.0;
    let deviation = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 199.0).sqrt();
    // Four standard errors of the mean and of the deviation.
    assert!((mean - 177.0).abs() < 0.7, "{mean}");
    assert!((deviation - 2.3665).abs() < 0.5, "{deviation}");
}

#[test]
fn a_wild_deviation_ends_at_the_floor_of_one_cent() {
    let simulator = random(SEED);
    simulator.edit(|book| book.set_price("AAPL", Amount::cents(1), Some(Amount::whole(50))));
    let draws: Vec<_> = (0..40).map(|_| get(&simulator, Service::Pricing, "/api/v1/price/AAPL").body).collect();
    assert!(draws.iter().any(|body| body.contains(r#""close":0.01,"#)));
    assert!(draws.iter().any(|body| !body.contains(r#""close":0.01,"#)));
    assert!(draws.iter().all(|body| !body.contains(r#""close":-"#) && body.contains(r#""volume":50"#)));
}

#[test]
fn tickers_match_exactly_and_a_missing_price_is_springs_404() {
    let simulator = start();
    assert_eq!(get(&simulator, Service::Pricing, "/api/v1/price/BRK.B").json()["ticker"], "BRK.B");
    for ticker in ["aapl", "TSLA", "BRKXB"] {
        let path = format!("/api/v1/price/{ticker}");
        let (status, body) = get(&simulator, Service::Pricing, &path).parts();
        assert_eq!(status, 404);
        assert_eq!(members(&body), ["error", "path", "status", "timestamp"]);
        assert_eq!((&body["error"], &body["path"], &body["status"]), (&json!("Not Found"), &json!(path), &json!(404)));
        assert!(body["timestamp"].as_str().unwrap().ends_with("+00:00"));
    }
}

#[test]
fn prices_can_be_set_and_removed_and_the_list_can_be_empty() {
    let simulator = start();
    simulator.edit(|book| book.set_price("AAPL", Amount::parse("12.345").unwrap(), None));
    assert!(get(&simulator, Service::Pricing, "/api/v1/price/AAPL").body.contains(r#""close":12.35"#));
    assert!(simulator.edit(|book| book.remove_price("AAPL")));
    assert_eq!(get(&simulator, Service::Pricing, "/api/v1/price/AAPL").status, 404);
    let tickers = simulator.book(|book| book.prices().iter().map(|row| row.ticker.clone()).collect::<Vec<_>>());
    simulator.edit(|book| tickers.iter().for_each(|ticker| assert!(book.remove_price(ticker))));
    assert_eq!(all(&simulator), "[]");
}

#[test]
fn without_the_init_job_many_securities_and_prices_have_no_counterpart() {
    let mut config = SimulatorConfig::reproducible(SEED).portfolios(1);
    config.book.init_job = false;
    for (config, securities, priced) in
        [(&config, 505, 310), (&SimulatorConfig::reproducible(SEED).portfolios(1), 666, 471)]
    {
        let simulator = start_with(config);
        let counts = simulator.book(|book| {
            let prices: BTreeMap<_, _> = book.prices().iter().map(|row| (&row.ticker, row.mean)).collect();
            let with_price = book.securities().iter().filter(|security| prices.contains_key(&security.ticker)).count();
            (book.securities().len(), with_price)
        });
        assert_eq!(counts, (securities, priced));
    }
}

#[test]
fn health_is_the_actuators() {
    let simulator = start();
    for service in [Service::Pricing, Service::Order] {
        for path in ["/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"] {
            let (status, body) = get(&simulator, service, path).parts();
            assert_eq!((status, &body["status"]), (200, &json!("UP")));
        }
    }
    let (status, body) = crate::support::post(&simulator, Service::Pricing, "/api/v1/prices", &json!([])).parts();
    assert_eq!((status, &body["error"]), (405, &json!("Method Not Allowed")));
}
