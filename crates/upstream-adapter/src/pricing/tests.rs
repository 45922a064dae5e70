//! Pricing over HTTP: exact prices, and what is no price.

use crate::testing::{Answer, Bench, chain};
use domain::Ticker;
use ports::UpstreamError;

async fn bench(body: &'static str) -> Bench {
    Bench::new(move |_, _| Answer::ok(body)).await
}

fn row(ticker: &str, close: &str) -> String {
    format!(
        r#"{{"id":17,"ticker":"{ticker}","date":"2015-06-01","open":{close},"close":{close},"high":1,"low":1,"volume":0}}"#
    )
}

async fn price(body: String, ticker: &str) -> Option<String> {
    let bench = Bench::new(move |_, _| Answer::ok(body.clone())).await;
    let prices = bench.clients.prices().snapshot().await.expect("prices");
    prices.get(&Ticker::new(ticker)).map(|price| price.amount().to_string())
}

#[tokio::test]
async fn a_snapshot_is_one_call_for_all_prices() {
    let bench = bench(r#"[{"ticker":"AAPL","close":130.12},{"ticker":"BRK.B","close":"142.50"}]"#).await;
    let prices = bench.clients.prices().snapshot().await.expect("prices");
    assert_eq!(prices.len(), 2);
    assert_eq!(bench.server.targets(), ["/api/v1/prices"]);
}

#[tokio::test]
async fn no_price_at_all_is_an_empty_snapshot() {
    assert!(bench("[]").await.clients.prices().snapshot().await.expect("prices").is_empty());
}

#[tokio::test]
async fn a_price_is_the_exact_text_of_its_token() {
    for (token, text) in [
        ("43.00", "43.00"),
        ("\"43.00\"", "43.00"),
        ("1.3012E2", "130.12"),
        ("1e-8", "0.00000001"),
        ("130.12345678", "130.12345678"),
        ("12345678901234567890.12345678", "12345678901234567890.12345678"),
        ("0.1000000000000000055511151231", "0.1000000000000000055511151231"),
    ] {
        assert_eq!(price(format!("[{}]", row("AAPL", token)), "AAPL").await.as_deref(), Some(text), "{token}");
    }
}

#[tokio::test]
async fn what_is_not_above_zero_is_no_price() {
    for token in ["0", "0.00", "-1.5", "null"] {
        assert_eq!(price(format!("[{}]", row("AAPL", token)), "AAPL").await, None, "{token}");
    }
    assert_eq!(price(r#"[{"ticker":"AAPL"}]"#.to_owned(), "AAPL").await, None);
}

#[tokio::test]
async fn tickers_are_exact_and_the_first_row_of_one_counts() {
    let body = format!("[{},{},{}]", row("BRK.B", "1.50"), row("BRK.B", "2.50"), row("brk.b", "3.50"));
    assert_eq!(price(body.clone(), "BRK.B").await.as_deref(), Some("1.50"));
    assert_eq!(price(body.clone(), "brk.b").await.as_deref(), Some("3.50"));
    assert_eq!(price(body, "BRKXB").await, None);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_a_price_that_is_missing_and_spoils_no_other() {
    for bad in [
        r#"{"ticker":"AAPL","close":"N/A"}"#,
        r#"{"ticker":"AAPL","close":true}"#,
        r#"{"ticker":"AAPL","close":[1]}"#,
        r#"{"ticker":"AAPL","close":99999999999999999999999999999}"#,
        r#"{"ticker":null,"close":1}"#,
        r#"{"close":1}"#,
        "null",
        "7",
    ] {
        let body = format!("[{bad},{}]", row("MSFT", "2.50"));
        assert_eq!(price(body.clone(), "MSFT").await.as_deref(), Some("2.50"), "{bad}");
        assert_eq!(price(body, "AAPL").await, None, "{bad}");
    }
    // A bad first row is not made good by a second one.
    let body = format!(r#"[{{"ticker":"AAPL","close":"N/A"}},{}]"#, row("AAPL", "2.50"));
    assert_eq!(price(body, "AAPL").await, None);
}

#[tokio::test]
async fn an_answer_without_a_readable_row_is_invalid_names_row_and_field_and_is_not_asked_for_again() {
    for (body, told) in [
        (r#"[{"ticker":7,"close":1},{"close":2}]"#, "row 0, field ticker"),
        (r#"[{"close":1}]"#, "row 0, field"),
        ("[null]", "row 0"),
        (r#"{"prices":[]}"#, "expected JSON"),
        ("", "expected JSON"),
    ] {
        let bench = bench(body).await;
        let error = bench.clients.prices().snapshot().await.expect_err(body);
        assert!(matches!(error, UpstreamError::Invalid { .. }), "{body}: {}", chain(&error));
        assert!(chain(&error).contains(told), "{body}: {}", chain(&error));
        assert_eq!(bench.server.targets().len(), 1, "{body}");
    }
}
