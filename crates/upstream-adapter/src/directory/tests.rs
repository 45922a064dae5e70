//! Names over HTTP: one list for many, one read for one.

use crate::testing::{Answer, Bench, chain};
use domain::PortfolioId;
use ports::UpstreamError;
use std::collections::HashMap;
use std::time::Duration;

const LIST: &str = "/api/v1/portfolios";

fn id(n: usize) -> PortfolioId {
    format!("{n:024x}").parse().expect("an id")
}

fn row(id: &str, name: &str) -> String {
    format!(r#"{{"portfolioId":"{id}","name":{name},"dateCreated":"2025-06-01T12:00:00.123000","version":1}}"#)
}

fn list(count: usize) -> Answer {
    let rows: Vec<_> = (0..count).map(|n| row(&id(n).to_string(), &format!("\"Portfolio {n}\""))).collect();
    Answer::ok(format!("[{}]", rows.join(",")))
}

async fn read(bench: &Bench, wanted: &[PortfolioId]) -> Result<HashMap<PortfolioId, String>, UpstreamError> {
    bench.clients.directory().names(wanted).await
}

#[tokio::test]
async fn one_list_names_all_and_what_is_unknown_is_absent() {
    let bench = Bench::new(|_, _| list(200)).await;
    let names = read(&bench, &[id(3), id(150), id(999)]).await.expect("names");
    assert_eq!(names, HashMap::from([(id(3), "Portfolio 3".to_owned()), (id(150), "Portfolio 150".to_owned())]));
    assert_eq!(bench.server.targets(), [LIST]);
}

#[tokio::test]
async fn a_single_portfolio_is_asked_for_by_its_id() {
    let bench = Bench::new(|_, _| Answer::ok(row(&id(7).to_string(), "\"Seven\""))).await;
    assert_eq!(read(&bench, &[id(7)]).await.expect("names"), HashMap::from([(id(7), "Seven".to_owned())]));
    assert_eq!(bench.server.targets(), ["/api/v1/portfolio/000000000000000000000007"]);
}

#[tokio::test]
async fn a_single_portfolio_that_is_unknown_has_no_name() {
    let bench = Bench::new(|_, _| Answer::status(404, r#"{"detail":"Portfolio not found"}"#)).await;
    assert!(read(&bench, &[id(7)]).await.expect("names").is_empty());
    assert_eq!(bench.server.targets().len(), 1);
}

#[tokio::test]
async fn the_answer_about_another_portfolio_names_nothing() {
    let bench = Bench::new(|_, _| Answer::ok(row(&id(8).to_string(), "\"Eight\""))).await;
    assert!(read(&bench, &[id(7)]).await.expect("names").is_empty());
}

#[tokio::test]
async fn an_id_that_is_not_hexadecimal_is_looked_up_in_the_list() {
    let odd: PortfolioId = "portfolioxxxxxxxxxxxxx01".parse().expect("an id");
    let bench = Bench::new(move |_, _| Answer::ok(format!("[{}]", row(odd.as_str(), "\"Odd\"")))).await;
    assert_eq!(read(&bench, &[odd]).await.expect("names").len(), 1);
    assert_eq!(bench.server.targets(), [LIST]);
}

#[tokio::test]
async fn a_list_is_used_again_for_a_minute_for_one_and_for_many() {
    let bench = Bench::new(|target, _| if target == LIST { list(9) } else { Answer::status(404, "") }).await;
    for (wanted, pass, calls) in [
        (vec![id(1), id(2)], 0, 1),
        (vec![id(1)], 59, 1),
        (vec![id(20)], 0, 2),
        (vec![id(3), id(20)], 0, 3),
        (vec![id(3), id(4)], 59, 3),
        (vec![id(3), id(4)], 1, 4),
    ] {
        bench.pace.advance(Duration::from_secs(pass));
        read(&bench, &wanted).await.expect("names");
        assert_eq!(bench.server.targets().len(), calls, "{wanted:?} after {pass} s more");
    }
}

#[tokio::test]
async fn who_wants_nothing_asks_nobody() {
    let bench = Bench::new(|_, _| Answer::Reset).await;
    assert!(read(&bench, &[]).await.expect("names").is_empty());
    assert!(bench.server.targets().is_empty());
}

#[tokio::test]
async fn portfolios_without_a_name_or_a_usable_id_are_left_out() {
    let rows = [row(&id(1).to_string(), "null"), row("?", "\"X\""), row(&id(2).to_string(), "\"Two\"")].join(",");
    let bench = Bench::new(move |_, _| Answer::ok(format!("[{rows}]"))).await;
    assert_eq!(read(&bench, &[id(1), id(2)]).await.expect("names").len(), 1);
}

#[tokio::test]
async fn trouble_and_nonsense_are_told_apart() {
    for (answer, retryable, calls) in [
        (Answer::status(500, r#"{"detail":"Internal server error"}"#), true, 4),
        (Answer::ok(r#"{"portfolios":[]}"#), false, 1),
        (Answer::status(404, r#"{"detail":"Not Found"}"#), false, 1),
    ] {
        let bench = Bench::new(move |_, _| answer.clone()).await;
        let error = read(&bench, &[id(1), id(2)]).await.expect_err("no names");
        assert_eq!(error.is_retryable(), retryable, "{}", chain(&error));
        assert_eq!(bench.server.targets().len(), calls);
    }
}

#[tokio::test]
async fn what_exists_is_read_from_the_list_each_time_named_or_not() {
    let bench = Bench::new(|target, n| {
        assert_eq!(target, LIST);
        let rows = [row(&id(1).to_string(), "null"), row(&id(2).to_string(), "\"Two\"")];
        Answer::ok(format!("[{},17]", rows[..2 - n.min(1)].join(",")))
    })
    .await;
    let existing = |wanted: Vec<PortfolioId>| {
        let directory = bench.clients.directory();
        async move { directory.existing(&wanted).await.expect("a list").len() }
    };
    assert_eq!(existing(vec![id(1), id(2), id(3)]).await, 2);
    assert_eq!(existing(vec![id(1), id(2)]).await, 1, "nothing was kept");
    assert_eq!(bench.server.targets().len(), 2);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_says_nothing_of_what_exists() {
    for answer in [Answer::status(500, ""), Answer::status(404, r#"{"detail":"Not Found"}"#), Answer::ok("{}")] {
        let bench = Bench::new(move |_, _| answer.clone()).await;
        bench.clients.directory().existing(&[id(1)]).await.expect_err("no list");
    }
}
