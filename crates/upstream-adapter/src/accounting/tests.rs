//! Accounting over HTTP: what a book is, and what only looks like one.

use crate::testing::{Answer, Bench, chain};
use crate::{Outcome, UpstreamConfig};
use domain::{Balances, PortfolioId};
use ports::{Upstream, UpstreamError};
use std::num::NonZeroU32;

const ID: &str = "683b6d88a29ee10e8b499643";
const SUMMARY: &str = "/api/v1/portfolios/683b6d88a29ee10e8b499643/summary";
const PROBE: &str = "/api/v1/balances?portfolio_id=683b6d88a29ee10e8b499643&limit=1&offset=0";
const NO_BALANCES: &str = r#"{"error":{"code":"INTERNAL_ERROR","message":"Failed to retrieve portfolio summary","timestamp":"2026-01-05T14:30:00.123456789Z"}}"#;

fn id() -> PortfolioId {
    ID.parse().expect("an id")
}

/// A summary with these rows as they are.
fn summary(cash: &str, rows: &[String]) -> String {
    format!(
        r#"{{"portfolioId":"{ID}","cashBalance":{cash},"securityCount":{},"lastUpdated":"x","securities":[{}]}}"#,
        rows.len(),
        rows.join(",")
    )
}

fn row(security: &str, net: &str) -> String {
    format!(
        r#"{{"securityId":{security},"quantityLong":"7","quantityShort":"7","netQuantity":{net},"lastUpdated":"x"}}"#
    )
}

/// The id of the `n`th security, in JSON.
fn security(n: usize) -> String {
    format!("\"SEC{n:021}\"")
}

/// A row of a page.
fn balance(security_id: &str, long: &str, short: &str) -> String {
    format!(
        r#"{{"id":1,"portfolioId":"{ID}"{security_id},"quantityLong":"{long}","quantityShort":"{short}","version":1}}"#
    )
}

fn page(total: usize, rows: &[String]) -> String {
    format!(r#"{{"balances":[{}],"pagination":{{"limit":1,"total":{total},"page":1}}}}"#, rows.join(","))
}

/// A book that is there.
async fn read(bench: &Bench) -> Result<Balances, UpstreamError> {
    Ok(look(bench).await?.expect("balances"))
}

async fn look(bench: &Bench) -> Result<Option<Balances>, UpstreamError> {
    bench.clients.accounting().balances(&id()).await
}

async fn read_summary(body: String) -> Result<Balances, UpstreamError> {
    read(&Bench::new(move |_, _| Answer::ok(body.clone())).await).await
}

/// Holdings as text, in order.
fn holdings(balances: &Balances) -> Vec<(String, String)> {
    balances.holdings.iter().map(|row| (row.security_id.to_string(), row.quantity.to_string())).collect()
}

#[tokio::test]
async fn a_book_is_one_call() {
    let body = summary("\"250000.50\"", &[row(&security(1), "\"1200\""), row(&security(2), "\"-35.5\"")]);
    let bench = Bench::new(move |_, _| Answer::ok(body.clone())).await;
    let balances = read(&bench).await.expect("a book");
    assert_eq!(balances.cash.to_string(), "250000.50");
    let expected = [("SEC000000000000000000001", "1200"), ("SEC000000000000000000002", "-35.5")];
    assert_eq!(holdings(&balances), expected.map(|(id, units)| (id.to_owned(), units.to_owned())));
    assert_eq!(bench.server.targets(), [SUMMARY]);
    assert_eq!(bench.recorder.services(), [Upstream::PortfolioAccounting]);
}

#[tokio::test]
async fn quantities_are_the_exact_text_of_their_token() {
    for (token, text) in [
        ("\"9999999999.99999999\"", "9999999999.99999999"),
        ("\"-0.00000001\"", "-0.00000001"),
        ("12.50", "12.50"),
        ("1e-8", "0.00000001"),
        ("\"1.5E+3\"", "1500"),
        ("1234567890123456789012345678", "1234567890123456789012345678"),
        ("0.1", "0.1"),
    ] {
        let balances = read_summary(summary(token, &[row(&security(1), token)])).await.expect(token);
        assert_eq!(balances.cash.to_string(), text, "{token}");
        assert_eq!(balances.holdings[0].quantity.to_string(), text, "{token}");
    }
}

#[tokio::test]
async fn cash_may_be_all_there_is_and_may_be_negative() {
    let balances = read_summary(summary("\"-12.5\"", &[])).await.expect("a book");
    assert_eq!((balances.cash.to_string().as_str(), balances.holdings.len()), ("-12.5", 0));
}

#[tokio::test]
async fn rows_of_zero_units_are_left_out() {
    let rows = [row(&security(1), "\"0\""), row(&security(2), "0.00"), row(&security(3), "\"1\"")];
    let balances = read_summary(summary("\"5\"", &rows)).await.expect("a book");
    assert_eq!(holdings(&balances), [("SEC000000000000000000003".to_owned(), "1".to_owned())]);
}

#[tokio::test]
async fn a_summary_that_cannot_be_true_is_invalid_and_not_asked_for_again() {
    let twice = [row(&security(1), "\"1\""), row(&security(1), "\"0\"")];
    for (name, body) in [
        ("twice the same security", summary("\"5\"", &twice)),
        ("another portfolio", summary("\"5\"", &[]).replace(ID, "683b6d88a29ee10e8b499644")),
        ("an id of another case", summary("\"5\"", &[]).replace(ID, &ID.to_uppercase())),
        ("a short id", summary("\"5\"", &[row("\"AAPL\"", "\"1\"")])),
        ("an id with a hyphen", summary("\"5\"", &[row("\"683b69d4-0f302c879a5fef1\"", "\"1\"")])),
        ("no cash", summary("null", &[])),
        ("no quantity", summary("\"5\"", &[row(&security(1), "null")])),
        ("an empty quantity", summary("\"5\"", &[row(&security(1), "\"\"")])),
        ("a quantity in words", summary("\"5\"", &[row(&security(1), "\"ten\"")])),
        ("too many digits", summary("\"5\"", &[row(&security(1), &"9".repeat(29))])),
        ("no list", summary("\"5\"", &[]).replace("[]", "null")),
        ("an error with status 200", NO_BALANCES.to_owned()),
        ("two values of one key", summary("\"5\"", &[]).replace("{\"p", "{\"cashBalance\":\"5\",\"p")),
    ] {
        let bench = Bench::new(move |_, _| Answer::ok(body.clone())).await;
        let error = read(&bench).await.expect_err(name);
        assert!(matches!(error, UpstreamError::Invalid { .. }), "{name}: {}", chain(&error));
        assert_eq!(bench.server.targets().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_portfolio_without_balances_is_empty_after_one_look_at_its_balances() {
    for answer in
        [Answer::status(500, NO_BALANCES), Answer::status(404, NO_BALANCES.replace("INTERNAL_ERROR", "NOT_FOUND"))]
    {
        let bench =
            Bench::new(move |target, _| if target == SUMMARY { answer.clone() } else { Answer::ok(page(0, &[])) })
                .await;
        assert_eq!(look(&bench).await.expect("an answer"), None);
        assert_eq!(bench.server.targets(), [SUMMARY, PROBE]);
        assert_eq!(bench.recorder.outcomes(), [Outcome::Doubtful, Outcome::Success]);
        assert!(bench.pace.slept().is_empty());
    }
}

#[tokio::test]
async fn many_portfolios_without_balances_do_not_open_the_breaker() {
    let bench = Bench::with(
        |config| config.breaker_bad_seconds = NonZeroU32::MIN,
        |target, _| if target == SUMMARY { Answer::status(500, NO_BALANCES) } else { Answer::ok(page(0, &[])) },
    )
    .await;
    for _ in 0..10 {
        assert_eq!(look(&bench).await.expect("an answer"), None);
    }
}

#[tokio::test]
async fn when_there_are_balances_the_same_error_is_trouble_and_the_summary_is_tried_again() {
    let cash = balance("", "5", "0");
    let bench = Bench::new(move |target, n| match (target, n) {
        (SUMMARY, 0..=2) => Answer::status(500, NO_BALANCES),
        (SUMMARY, _) => Answer::ok(summary("\"5\"", &[])),
        _ => Answer::ok(page(1, std::slice::from_ref(&cash))),
    })
    .await;
    assert_eq!(read(&bench).await.expect("a book").cash.to_string(), "5");
    assert_eq!(bench.server.targets(), [SUMMARY, PROBE, SUMMARY, SUMMARY, SUMMARY]);
}

#[tokio::test]
async fn trouble_that_lasts_is_unavailable() {
    let bench = Bench::new(move |target, _| match target {
        SUMMARY => Answer::status(500, NO_BALANCES),
        _ => Answer::ok(page(1, &[balance("", "5", "0")])),
    })
    .await;
    let error = read(&bench).await.expect_err("trouble");
    assert!(matches!(error, UpstreamError::Unavailable { .. }), "{}", chain(&error));
    assert_eq!(bench.server.targets().len(), 2 + 4);
}

#[tokio::test]
async fn when_the_look_fails_too_accounting_is_unavailable() {
    let bench = Bench::new(|_, _| Answer::status(500, NO_BALANCES)).await;
    let error = read(&bench).await.expect_err("down");
    assert!(matches!(error, UpstreamError::Unavailable { .. }), "{}", chain(&error));
    assert_eq!(bench.server.targets(), [SUMMARY, PROBE, PROBE, PROBE, PROBE]);
}

#[tokio::test]
async fn a_look_that_contradicts_itself_is_invalid() {
    for body in [page(0, &[balance("", "5", "0")]), page(1, &[balance("", "5", "0")]).replace(ID, &"a".repeat(24))] {
        let bench = Bench::new(move |target, _| match target {
            SUMMARY => Answer::status(500, NO_BALANCES),
            _ => Answer::ok(body.clone()),
        })
        .await;
        let error = read(&bench).await.expect_err("nonsense");
        assert!(matches!(error, UpstreamError::Invalid { .. }), "{}", chain(&error));
    }
}

#[tokio::test]
async fn other_errors_raise_no_doubt() {
    for (status, body, calls) in [
        (500, "", 4),
        (500, r#"{"error":{"code":"PANIC"}}"#, 4),
        (503, NO_BALANCES, 4),
        (404, "404 page not found", 1),
        (404, NO_BALANCES, 1),
        (400, NO_BALANCES, 1),
    ] {
        let bench = Bench::new(move |_, _| Answer::status(status, body)).await;
        let error = read(&bench).await.expect_err("refused");
        assert_eq!(error.is_retryable(), calls == 4, "{status} {body}: {}", chain(&error));
        assert_eq!(bench.server.targets(), vec![SUMMARY; calls], "{status} {body}");
    }
}

#[tokio::test]
async fn all_that_one_book_takes_shares_one_deadline() {
    let bench = Bench::with(
        |config| config.retries = 1000,
        |target, _| match target {
            SUMMARY => Answer::status(500, NO_BALANCES),
            _ => Answer::ok(page(1, &[balance("", "5", "0")])),
        },
    )
    .await;
    assert!(read(&bench).await.is_err());
    let paused: std::time::Duration = bench.pace.slept().iter().sum();
    assert!(paused < UpstreamConfig::default().deadline, "{paused:?}");
}

mod large {
    //! Books that do not fit into a summary.

    use super::*;

    /// Puts something wrong into the rows of a book.
    type Spoil = fn(&mut Vec<String>);

    /// A summary that is cut after this many securities of one unit each.
    fn cut(cash: &str, securities: usize) -> Answer {
        let rows: Vec<_> = (0..securities).map(|n| row(&security(n), "\"1\"")).collect();
        Answer::ok(summary(&format!("\"{cash}\""), &rows))
    }

    /// The rows of a book in the order of the service: securities of one unit each, then cash.
    fn book(securities: usize, cash: &str) -> Vec<String> {
        let id = |n| format!(",\"securityId\":{}", security(n));
        (0..securities).map(|n| balance(&id(n), "3.5", "2.5")).chain([balance("", cash, "0")]).collect()
    }

    /// Answers a page as the service does, and of at most 1,000 rows.
    fn paged(target: &str, rows: &[String]) -> Answer {
        let query = |key: &str| {
            let value = target.split(['?', '&']).find_map(|part| part.strip_prefix(key)).expect("a parameter");
            value.parse::<usize>().expect("a number")
        };
        let (limit, offset) = (query("limit="), query("offset="));
        assert!(limit <= 1000, "a larger page is silently cut to 50");
        let from = offset.min(rows.len());
        Answer::ok(page(rows.len(), &rows[from..(from + limit).min(rows.len())]))
    }

    fn pages_of(bench: &Bench) -> Vec<String> {
        let name = |target: &String| {
            if target == SUMMARY { "summary".to_owned() } else { target.rsplit('=').next().expect("offset").to_owned() }
        };
        bench.server.targets().iter().map(name).collect()
    }

    #[tokio::test]
    async fn one_security_less_than_perhaps_cut_is_believed() {
        let bench = Bench::new(|_, _| cut("5", 998)).await;
        assert_eq!(read(&bench).await.expect("a book").holdings.len(), 998);
        assert_eq!(pages_of(&bench), ["summary"]);
    }

    #[tokio::test]
    async fn a_book_that_may_be_cut_is_read_in_pages_to_its_end() {
        for (securities, offsets) in [(999, &["0"][..]), (1000, &["0", "1000"]), (2500, &["0", "1000", "2000"])] {
            let rows = book(securities, "5");
            let bench = Bench::new(move |target, _| match target {
                SUMMARY => cut("5", 999),
                _ => paged(target, &rows),
            })
            .await;
            let balances = read(&bench).await.expect("a book");
            assert_eq!(balances.cash.to_string(), "5");
            assert_eq!(balances.holdings.len(), securities);
            assert!(balances.holdings.iter().all(|row| row.quantity.to_string() == "1.0"), "long minus short");
            assert_eq!(pages_of(&bench), [&["summary"], offsets].concat());
        }
    }

    #[tokio::test]
    async fn the_row_of_cash_has_no_null_or_an_empty_security() {
        for key in ["", ",\"securityId\":null", ",\"securityId\":\"\""] {
            let mut rows = book(1500, "5");
            *rows.last_mut().expect("cash") = balance(key, "7.25", "0");
            let bench = Bench::new(move |target, _| match target {
                SUMMARY => cut("7.25", 999),
                _ => paged(target, &rows),
            })
            .await;
            assert_eq!(read(&bench).await.expect("a book").cash.to_string(), "7.25", "{key:?}");
        }
    }

    #[tokio::test]
    async fn a_book_without_a_row_of_cash_has_none() {
        let mut rows = book(1500, "5");
        rows.pop();
        let bench = Bench::new(move |target, _| match target {
            SUMMARY => cut("0", 999),
            _ => paged(target, &rows),
        })
        .await;
        assert!(read(&bench).await.expect("a book").cash.is_zero());
    }

    #[tokio::test]
    async fn a_book_that_grows_between_its_pages_is_read_again() {
        let bench = Bench::new(move |target, n| match target {
            SUMMARY => cut("5", 999),
            _ if target.ends_with("=0") && n == 0 => paged(target, &book(1500, "5")),
            _ => paged(target, &book(1501, "5")),
        })
        .await;
        assert_eq!(read(&bench).await.expect("a book").holdings.len(), 1501);
        assert_eq!(pages_of(&bench), ["summary", "0", "1000", "summary", "0", "1000"]);
    }

    #[tokio::test]
    async fn a_trade_between_the_pages_shows_in_the_cash_and_the_book_is_read_again() {
        let bench = Bench::new(move |target, n| match target {
            SUMMARY => cut(if n == 0 { "5" } else { "4" }, 999),
            _ => paged(target, &book(1500, "4")),
        })
        .await;
        assert_eq!(read(&bench).await.expect("a book").cash.to_string(), "4");
        assert_eq!(pages_of(&bench), ["summary", "0", "1000", "summary", "0", "1000"]);
    }

    #[tokio::test]
    async fn a_book_that_never_agrees_with_its_summary_is_invalid() {
        let bench = Bench::new(move |target, _| match target {
            SUMMARY => cut("5", 999),
            _ => paged(target, &book(999, "4")),
        })
        .await;
        let error = read(&bench).await.expect_err("contradiction");
        assert!(matches!(error, UpstreamError::Invalid { .. }), "{}", chain(&error));
        assert_eq!(pages_of(&bench), ["summary", "0"].repeat(2));
    }

    #[tokio::test]
    async fn a_book_that_never_holds_still_is_unavailable_for_now() {
        let bench = Bench::new(move |target, n| match target {
            SUMMARY => cut(&format!("{}", 2 * n), 999),
            _ => paged(target, &book(999, &format!("{}", 2 * n + 1))),
        })
        .await;
        let error = read(&bench).await.expect_err("it changes all the time");
        assert!(matches!(error, UpstreamError::Unavailable { .. }), "{}", chain(&error));
        assert_eq!(pages_of(&bench), ["summary", "0"].repeat(3));
    }

    /// What accounting makes of a row that it cannot read: an empty one, in the summary a second row of cash.
    #[tokio::test]
    async fn a_summary_that_a_row_without_an_owner_poisoned_is_not_believed() {
        let poisoned = |rows: &[String]| summary("\"0\"", rows);
        for summary in [poisoned(&[row(&security(1), "\"10\"")]), poisoned(&[row("\"\"", "\"0\"")])] {
            let rows = [
                balance("", "250000", "0").replace(ID, "").replace("250000", "0"),
                balance(&format!(",\"securityId\":{}", security(1)), "10", "0"),
                balance("", "250000", "0"),
            ];
            let bench = Bench::new(move |target, _| match target {
                SUMMARY => Answer::ok(summary.clone()),
                _ => paged(target, &rows),
            })
            .await;
            let error = read(&bench).await.expect_err("cash of nobody");
            assert!(matches!(error, UpstreamError::Invalid { .. }), "{}", chain(&error));
            assert_eq!(pages_of(&bench), ["summary", "0"]);
        }
    }

    #[tokio::test]
    async fn a_summary_without_cash_or_with_other_counts_is_compared_with_the_balances() {
        let rows = [row(&security(0), "\"1\"")];
        let miscounted = summary("\"5\"", &rows).replace("\"securityCount\":1", "\"securityCount\":2");
        for (summary, cash) in [(summary("\"0\"", &rows), "0"), (summary("0.00", &rows), "0"), (miscounted, "5")] {
            let rows = book(1, cash);
            let bench = Bench::new(move |target, _| match target {
                SUMMARY => Answer::ok(summary.clone()),
                _ => paged(target, &rows),
            })
            .await;
            let balances = read(&bench).await.expect("they agree");
            assert_eq!((balances.cash.to_string().as_str(), balances.holdings.len()), (cash, 1));
            assert_eq!(pages_of(&bench), ["summary", "0"]);
        }
    }

    #[tokio::test]
    async fn cash_that_only_the_balances_know_is_a_contradiction() {
        let bench = Bench::new(move |target, _| match target {
            SUMMARY => Answer::ok(summary("\"0\"", &[row(&security(0), "\"1\"")])),
            _ => paged(target, &book(1, "250000")),
        })
        .await;
        let error = read(&bench).await.expect_err("250,000 are missing");
        assert!(matches!(error, UpstreamError::Invalid { .. }));
        assert!(chain(&error).contains("says 0 of cash, its balances say 250000"), "{}", chain(&error));
    }

    #[tokio::test]
    async fn pages_that_end_early_or_never_are_not_taken_for_the_book() {
        for total in [999, 1001, 5000] {
            let rows = book(999, "5");
            let bench = Bench::new(move |target, _| match target {
                SUMMARY => cut("5", 999),
                _ if target.ends_with("=0") => Answer::ok(page(total, &rows)),
                _ => Answer::ok(page(total, &[])),
            })
            .await;
            let error = read(&bench).await.expect_err("incomplete");
            assert!(matches!(error, UpstreamError::Invalid { .. }), "{}", chain(&error));
        }
    }

    #[tokio::test]
    async fn rows_that_cannot_be_true_are_invalid() {
        let spoiled: [(&str, Spoil); 5] = [
            ("cash twice", |rows| rows[0] = balance("", "0", "0")),
            ("a security twice", |rows| rows[0] = rows[1].clone()),
            ("another portfolio", |rows| rows[0] = rows[0].replace(ID, "683b6d88a29ee10e8b499644")),
            ("an empty portfolio id", |rows| rows[0] = rows[0].replace(ID, "")),
            ("an unusable id", |rows| rows[0] = balance(",\"securityId\":\"AAPL\"", "1", "0")),
        ];
        for (name, spoil) in spoiled {
            let mut rows = book(999, "5");
            spoil(&mut rows);
            let bench = Bench::new(move |target, _| match target {
                SUMMARY => cut("5", 999),
                _ => paged(target, &rows),
            })
            .await;
            let error = read(&bench).await.expect_err(name);
            assert!(matches!(error, UpstreamError::Invalid { .. }), "{name}: {}", chain(&error));
            assert_eq!(pages_of(&bench), ["summary", "0"], "{name}");
        }
    }
}
