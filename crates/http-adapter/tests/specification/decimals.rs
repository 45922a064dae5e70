//! Decimals in and out, never through a binary fraction.

use crate::world::{World, model, position};
use port_contracts::builders::{portfolio_id, security_id};
use serde_json::json;

const MODELS: &str = "/api/v1/models";

#[actix_web::test]
async fn ninety_five_hundredths_sum_to_exactly_95_percent() {
    let world = World::new().await;
    for (name, written) in [("number", "0.01"), ("string", "\"0.01\""), ("scientific", "1e-2"), ("padded", "0.0100")] {
        let positions: Vec<_> = (1..=95).map(|n| position(n, written, "0", "0")).collect();
        world.post(MODELS, model(name, &positions, &[1])).await.expect(201);
    }
}

#[actix_web::test]
async fn a_decimal_may_be_a_string_an_integer_or_a_float_and_keeps_its_scale() {
    let world = World::new().await;
    let positions = [
        position(1, "0.1", "0", "1"),
        position(2, "\"0.100\"", "\"0.000001\"", "\"1.000000\""),
        position(3, "10e-2", "1E-6", "1e0"),
        position(4, "0.10", "0.0", "0.50"),
    ];
    let answer = world.post(MODELS, model("M", &positions, &[1])).await.expect(201);
    let row = |n: usize| {
        let row = &answer.json()["positions"][n];
        ["target", "low_drift", "high_drift"].map(|name| row[name].as_str().expect("a string").to_owned()).join(" ")
    };
    assert_eq!(row(0), "0.1 0 1");
    assert_eq!(row(1), "0.100 0.000001 1.000000");
    assert_eq!(row(2), "0.10 0.000001 1");
    assert_eq!(row(3), "0.10 0.0 0.50");
}

#[actix_web::test]
async fn zeros_are_printed_plain() {
    let world = World::new().await;
    let answer = world.post(MODELS, model("M", &[position(1, "5E-1", "0E+2", "0E-3")], &[1])).await.expect(201).json();
    let row = &answer["positions"][0];
    assert_eq!((&row["low_drift"], &row["high_drift"]), (&json!("0"), &json!("0.000")));
}

#[actix_web::test]
async fn digits_and_decimals_beyond_the_limits_are_refused_by_name() {
    let world = World::new().await;
    for (target, high, pointer, code) in [
        ("0.1000000000000000000000000000", "0.1", None, ""),
        ("0.12345678901234567890123456789", "0.1", Some("/positions/0/target"), "too_many_digits"),
        ("1e28", "0.1", Some("/positions/0/target"), "too_many_digits"),
        ("0.1", "0.1234567", Some("/positions/0/high_drift"), "too_many_decimals"),
        ("0.1", "0.1000000000", None, ""),
        ("0.1", "\"0.1234567\"", Some("/positions/0/high_drift"), "too_many_decimals"),
        ("0.1", "1e-7", Some("/positions/0/high_drift"), "too_many_decimals"),
        ("0.1", "1e-40", Some("/positions/0/high_drift"), "too_many_decimals"),
    ] {
        let body = model(&format!("{target} {}", high.trim_matches('"')), &[position(1, target, "0", high)], &[1]);
        let answer = world.post(MODELS, body).await;
        match pointer {
            None => assert_eq!(answer.status, 201, "{}", answer.text()),
            Some(pointer) => {
                assert_eq!(answer.problem(), (422, code.into()), "{target} {high}");
                assert_eq!(answer.errors(), [(pointer.into(), code.into())]);
            }
        }
    }
}

#[actix_web::test]
async fn a_float_is_its_text_and_not_the_nearest_binary_fraction() {
    let world = World::new().await;
    // The double nearest to 0.1 is a little more than 0.1: through it, this would not be a multiple of 0.005.
    world.post(MODELS, model("A", &[position(1, "0.1", "0", "0")], &[1])).await.expect(201);
    let off = position(1, "0.1000000000000000055511151231", "0", "0");
    assert_eq!(world.post(MODELS, model("B", &[off], &[1])).await.problem(), (422, "target_not_a_multiple".into()));
}

#[actix_web::test]
async fn the_data_loaders_numbers_are_taken() {
    // What the script that fills the benchmark sends: JSON numbers, no version, about 50 positions summing to 0.95.
    let world = World::new().await;
    let rows: Vec<_> = (1..=50)
        .map(|n| json!({"security_id": security_id(n).to_string(), "target": 0.019, "high_drift": 0.005, "low_drift": 0.005}))
        .collect();
    let body = json!({"name": "Model 3", "positions": rows, "portfolios": [portfolio_id(1).to_string()]}).to_string();
    let answer = world.post(MODELS, body.replace("0.019", "0.015")).await.expect(201).json();
    assert_eq!(answer["positions"][49]["target"], "0.015");
    assert_eq!(world.post(MODELS, body).await.problem(), (422, "target_not_a_multiple".into()));
}
