//! Security over HTTP: one list, its second version, and how long it is kept.

use crate::testing::{Answer, Bench, chain};
use domain::SecurityId;
use ports::{TickerMap, UpstreamError};
use std::collections::BTreeSet;

const LIST: &str = "/api/v1/securities";
const DANGLING: &str = r#"{"detail":"Invalid securityTypeId: 683b69d420f302c879a5fe00"}"#;

fn id(n: usize) -> SecurityId {
    format!("{n:024}").parse().expect("an id")
}

fn wanted(numbers: &[usize]) -> BTreeSet<SecurityId> {
    numbers.iter().map(|n| id(*n)).collect()
}

fn row(id: &str, ticker: &str) -> String {
    format!(
        r#"{{"ticker":{ticker},"description":"x","securityTypeId":"y","version":1,"securityId":"{id}","securityType":{{}}}}"#
    )
}

/// Rows of these securities; security 7 has the ticker T7.
fn rows(numbers: impl IntoIterator<Item = usize>) -> String {
    numbers.into_iter().map(|n| row(&id(n).to_string(), &format!("\"T{n}\""))).collect::<Vec<_>>().join(",")
}

fn page(rows: &str, total: usize, has_next: bool) -> Answer {
    let pagination = format!(r#"{{"totalElements":{total},"currentPage":0,"hasNext":{has_next}}}"#);
    Answer::ok(format!(r#"{{"securities":[{rows}],"pagination":{pagination}}}"#))
}

async fn read(bench: &Bench, numbers: &[usize]) -> Result<TickerMap, UpstreamError> {
    bench.clients.securities().tickers(&wanted(numbers)).await
}

/// Tickers in the order of their ids.
fn tickers(map: &TickerMap) -> Vec<String> {
    let mut rows: Vec<_> = map.iter().collect();
    rows.sort();
    rows.into_iter().map(|(_, ticker)| ticker.to_string()).collect()
}

#[tokio::test]
async fn one_list_serves_all_and_what_is_unknown_is_absent() {
    let bench = Bench::new(|_, _| Answer::ok(format!("[{}]", rows(1..=600)))).await;
    let map = read(&bench, &[3, 1, 999]).await.expect("tickers");
    assert_eq!(tickers(&map), ["T1", "T3"]);
    assert_eq!(bench.server.targets(), [LIST]);
}

#[tokio::test]
async fn who_wants_nothing_asks_nobody() {
    let bench = Bench::new(|_, _| Answer::Reset).await;
    assert!(read(&bench, &[]).await.expect("tickers").is_empty());
    assert!(bench.server.targets().is_empty());
}

/// Another security got the ticker a moment ago: by a list that was kept, it would be bought at the price of this one.
#[tokio::test]
async fn every_run_reads_the_list_anew() {
    let bench = Bench::new(|_, n| {
        let (one, two) = (id(1).to_string(), id(2).to_string());
        let rows =
            if n == 0 { [row(&one, "\"A\""), row(&two, "\"B\"")] } else { [row(&one, "\"C\""), row(&two, "\"A\"")] };
        Answer::ok(format!("[{}]", rows.join(",")))
    })
    .await;
    assert_eq!(tickers(&read(&bench, &[1, 2]).await.expect("tickers")), ["A", "B"]);
    assert_eq!(tickers(&read(&bench, &[1, 2]).await.expect("tickers")), ["C", "A"]);
    assert_eq!(bench.server.targets(), [LIST, LIST]);
}

#[tokio::test]
async fn an_old_list_does_not_stand_in_when_the_service_is_down() {
    let bench = Bench::new(|_, n| if n == 0 { Answer::ok(format!("[{}]", rows(1..=3))) } else { Answer::Reset }).await;
    read(&bench, &[1]).await.expect("tickers");
    let error = read(&bench, &[1]).await.expect_err("down");
    assert!(matches!(error, UpstreamError::Unavailable { .. }), "{}", chain(&error));
}

/// As the service does when the dangling row is on the page: both lists fail, single reads work, and of the security
/// itself it says that there is none.
#[tokio::test]
async fn when_both_lists_fail_the_wanted_securities_are_read_one_by_one() {
    let bench = Bench::new(|target, _| match target.strip_prefix("/api/v1/security/") {
        Some(asked) if asked == id(3).to_string() => Answer::status(404, r#"{"detail":"Security not found"}"#),
        Some(asked) => Answer::ok(row(asked, "\"ONE\"")),
        None => Answer::status(400, DANGLING),
    })
    .await;
    let odd: SecurityId = "securityxxxxxxxxxxxxxx01".parse().expect("an id");
    let wanted: BTreeSet<SecurityId> = [id(1), id(2), id(3), odd].into();
    let map = bench.clients.securities().tickers(&wanted).await.expect("tickers");
    assert_eq!(tickers(&map), ["ONE", "ONE"]);
    let single = |target: &String| target.starts_with("/api/v1/security/");
    assert_eq!(bench.server.targets().iter().filter(|target| single(target)).count(), 3, "never an odd id");
}

#[tokio::test]
async fn a_single_read_that_fails_is_an_outage() {
    let bench = Bench::new(|target, _| match target {
        LIST => Answer::status(400, DANGLING),
        _ if target.starts_with("/api/v2") => Answer::status(400, DANGLING),
        _ => Answer::status(500, r#"{"error": "Internal server error"}"#),
    })
    .await;
    let error = read(&bench, &[1]).await.expect_err("down");
    assert!(matches!(error, UpstreamError::Unavailable { .. }), "{}", chain(&error));
}

#[tokio::test]
async fn a_list_that_one_dangling_type_breaks_is_read_in_pages() {
    let bench = Bench::new(|target, _| match target {
        LIST => Answer::status(400, DANGLING),
        "/api/v2/securities?limit=1000&offset=0" => page(&rows(0..1000), 1500, true),
        "/api/v2/securities?limit=1000&offset=1000" => page(&rows(1000..1500), 1500, false),
        other => panic!("{other}"),
    })
    .await;
    assert_eq!(read(&bench, &[0, 999, 1000, 1499, 1500]).await.expect("tickers").len(), 4);
    assert_eq!(bench.server.targets().len(), 3);
}

#[tokio::test]
async fn another_400_is_not_a_dangling_type() {
    for body in [r#"{"detail":"no"}"#, r#"{"detail":[{"msg":"Invalid securityTypeId"}]}"#, "", "Invalid securityTypeId"]
    {
        let bench = Bench::new(move |_, _| Answer::status(400, body)).await;
        let error = read(&bench, &[1]).await.expect_err("refused");
        assert!(matches!(error, UpstreamError::Invalid { .. }), "{body}: {}", chain(&error));
        assert_eq!(bench.server.targets(), [LIST]);
    }
}

#[tokio::test]
async fn pages_that_repeat_or_lose_a_security_are_not_believed() {
    for second in [rows(999..1499), rows(1000..1499), String::new()] {
        let bench = Bench::new(move |target, _| match target {
            LIST => Answer::status(400, DANGLING),
            "/api/v2/securities?limit=1000&offset=0" => page(&rows(0..1000), 1500, true),
            _ => page(&second, 1500, false),
        })
        .await;
        let error = read(&bench, &[1]).await.expect_err("incomplete");
        assert!(error.is_retryable(), "{}", chain(&error));
    }
}

#[tokio::test]
async fn pages_that_never_end_are_left() {
    let bench = Bench::new(|target, _| match target {
        LIST => Answer::status(400, DANGLING),
        "/api/v2/securities?limit=1000&offset=0" => page(&rows(0..10), 10, true),
        _ => page("", 10, true),
    })
    .await;
    assert_eq!(read(&bench, &[1]).await.expect("tickers").len(), 1);
}

#[tokio::test]
async fn rows_that_nobody_can_hold_or_price_are_left_out() {
    let odd = [row("short", "\"X\""), row(&id(2).to_string(), "\"\""), rows([1])].join(",");
    let bench = Bench::new(move |_, _| Answer::ok(format!("[{odd}]"))).await;
    assert_eq!(tickers(&read(&bench, &[1, 2]).await.expect("tickers")), ["T1"]);
}

#[tokio::test]
async fn tickers_are_taken_as_they_are() {
    let body = [row(&id(1).to_string(), "\"BRK.B\""), row(&id(2).to_string(), "\"brk.b\"")].join(",");
    let bench = Bench::new(move |_, _| Answer::ok(format!("[{body}]"))).await;
    assert_eq!(tickers(&read(&bench, &[1, 2]).await.expect("tickers")), ["BRK.B", "brk.b"]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_and_a_security_with_two_tickers_spoil_no_other() {
    let (first, second) = (id(1).to_string(), id(2).to_string());
    for bad in [
        row(&first, "null"),
        row(&first, "7"),
        r#"{"ticker":"A"}"#.to_owned(),
        "null".to_owned(),
        [row(&first, "\"A\""), row(&first, "\"B\""), row(&first, "\"A\"")].join(","),
    ] {
        let body = format!("[{bad},{}]", row(&second, "\"T2\""));
        let bench = Bench::new(move |_, _| Answer::ok(body.clone())).await;
        assert_eq!(tickers(&read(&bench, &[1, 2]).await.expect("tickers")), ["T2"], "{bad}");
    }
}

#[tokio::test]
async fn an_answer_of_another_shape_is_invalid_and_not_asked_for_again() {
    for body in [r#"{"securities":[]}"#, "null", r#"[{"ticker":"A"}]"#, "[7,8]"] {
        let bench = Bench::new(move |_, _| Answer::ok(body)).await;
        let error = read(&bench, &[1]).await.expect_err(body);
        assert!(matches!(error, UpstreamError::Invalid { .. }), "{body}: {}", chain(&error));
        assert_eq!(bench.server.targets().len(), 1, "{body}");
    }
}
