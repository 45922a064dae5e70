//! What is exported can be imported, whole, and a file that is not whole is recognised.

use super::Counts;
use super::reading::read_all;
use super::writing::write_all;
use crate::stores::Stores;
use port_contracts::builders::at;
use port_contracts::{model_builder, rebalance_builder};
use std::path::Path;

fn open(folder: &Path) -> Stores {
    Stores::embedded(folder).expect("a new store")
}

async fn filled(folder: &Path) -> Stores {
    let stores = open(folder);
    for n in 1..=3 {
        let model = model_builder(n).version(n).rebalanced(at(1_000)).build();
        stores.ports.models.insert(&model).await.expect("an empty store");
        let rebalance = rebalance_builder(n).portfolios(1..=4).positions(3).failed([9]).build();
        stores.ports.rebalances.append(&rebalance).await.expect("an empty store");
    }
    stores
}

async fn exported(stores: &Stores) -> Vec<u8> {
    let mut lines = Vec::new();
    write_all(&stores.ports, &mut lines).await.expect("exports");
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_trip_loses_nothing_and_can_be_repeated() {
    let (source, target) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (source, target) = (filled(source.path()).await, open(target.path()));
    let lines = exported(&source).await;
    for _ in 0..2 {
        let counts = read_all(&target.ports, lines.as_slice()).await.expect("imports");
        assert_eq!(counts, Counts { models: 3, rebalances: 3 });
    }
    assert_eq!(String::from_utf8(exported(&target).await), String::from_utf8(lines));
    for n in 1..=3 {
        let id = rebalance_builder(n).build().header.id;
        let stored = target.ports.rebalances.header(id).await.expect("works").expect("imported");
        assert_eq!(stored, source.ports.rebalances.header(id).await.expect("works").expect("stored"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_export_is_refused_with_its_line() {
    let (source, target) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (source, target) = (filled(source.path()).await, open(target.path()));
    let lines = String::from_utf8(exported(&source).await).expect("utf-8");
    let cut = lines.lines().take(5).collect::<Vec<_>>().join("\n");
    let headless: Vec<_> = lines.lines().filter(|line| !line.contains("\"kind\":\"rebalance\"")).collect();
    let headless = headless.join("\n");
    let lost = lines.lines().find(|line| line.contains("\"kind\":\"portfolio\"")).expect("a portfolio");
    let short = lines.replacen(&format!("{lost}\n"), "", 1);
    let damaged = lines.replacen("\"version\":2", "\"version\":0", 1);
    for (input, problem) in [
        ("", "nothing to import"),
        ("{\"kind\":\"format\",\"version\":99}\n", "format 99 is not known"),
        ("{\"models\":[]}\n", "line 1"),
        (cut.as_str(), "the export was cut"),
        (headless.as_str(), "belongs to no rebalance"),
        (short.as_str(), "counts 4 portfolios and 12 positions, but its lines hold 3 and 9: lines are missing"),
        (damaged.as_str(), "line 3: a version starts at 1"),
    ] {
        let error = read_all(&target.ports, input.as_bytes()).await.expect_err(problem);
        assert!(format!("{error:#}").contains(problem), "{error:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_differs_from_one_of_its_name_is_not_overwritten() {
    let (source, target) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (source, target) = (filled(source.path()).await, open(target.path()));
    let other = model_builder(7).name("Model 2").build();
    target.ports.models.insert(&other).await.expect("an empty store");
    let error = read_all(&target.ports, exported(&source).await.as_slice()).await.expect_err("a name is taken");
    assert!(error.to_string().contains("another model has the name Model 2"), "{error}");
    assert_eq!(target.ports.models.get(other.id).await.expect("works"), Some(other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebalance_that_was_withdrawn_is_no_part_of_the_export() {
    let (source, target) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (source, target) = (filled(source.path()).await, open(target.path()));
    let lines = String::from_utf8(exported(&source).await).expect("utf-8");
    let end = lines.lines().last().expect("an end");
    let withdrawn = end.replace("\"rebalances\":3", "\"rebalances\":2");
    let lines = lines.replace(end, &format!("{{\"kind\":\"withdrawn\"}}\n{withdrawn}"));
    let counts = read_all(&target.ports, lines.as_bytes()).await.expect("imports");
    assert_eq!(counts, Counts { models: 3, rebalances: 2 });
    let id = rebalance_builder(3).build().header.id;
    assert_eq!(target.ports.rebalances.header(id).await.expect("works"), None);
}
