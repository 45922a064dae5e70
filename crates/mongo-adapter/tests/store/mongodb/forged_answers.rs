//! Answers that a server of another kind would give: the available one has no replicas and no full disk. The proxy
//! gives them in its place, before or after it has carried the command out.

use super::support::{Faulty, all, eventually};
use crate::proxy::{Fault, Rule};
use domain::Version;
use mongodb::bson::{Document, doc};
use port_contracts::builders::{model_builder, model_id, rebalance_builder, rebalance_id};
use ports::{DateChange, ModelStoreError, StoreError};

fn refusal(code: i32, name: &str) -> Document {
    doc! { "ok": 0.0, "code": code, "codeName": name, "errmsg": name }
}

fn not_primary() -> Document {
    refusal(10107, "NotWritablePrimary")
}

/// A member that lost its office: what it was doing may or may not have been done.
fn stepped_down() -> Document {
    refusal(11602, "InterruptedDueToReplStateChange")
}

fn disk_full() -> Document {
    doc! { "ok": 1.0, "n": 0, "writeErrors": [{ "index": 0, "code": 14031, "errmsg": "not enough disk space" }] }
}

/// The write is on the primary, and the majority is late.
fn majority_late() -> Document {
    let concern = doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out" };
    doc! { "ok": 1.0, "n": 1, "writeConcernError": concern }
}

#[tokio::test]
async fn a_primary_that_changes_during_a_write_leaves_no_doubt() {
    let faulty = Faulty::new().await;
    for (n, fault) in (1..).zip([
        Fault::AnswerBefore(stepped_down()),
        Fault::AnswerAfter(stepped_down()),
        Fault::AnswerBefore(refusal(91, "ShutdownInProgress")),
        Fault::AnswerAfter(refusal(91, "ShutdownInProgress")),
        Fault::AnswerAfter(majority_late()),
    ]) {
        faulty.rule(Rule::next("insert", "models", fault.clone()));
        let model = model_builder(n).build();
        faulty.models().insert(&model).await.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        faulty.rule(Rule::next("update", "models", fault.clone()));
        let new = model_builder(n).name(&format!("New {n}")).version(2).build();
        let replaced = faulty.models().replace(&new, Version::FIRST, DateChange::Keep).await;
        replaced.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(faulty.other_models().get(model_id(n)).await.expect("read"), Some(new), "{fault:?}");

        faulty.rule(Rule::next("insert", "rebalances", fault.clone()));
        let rebalance = rebalance_builder(n).portfolios(0..3).build();
        faulty.rebalances().append(&rebalance).await.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(all(&*faulty.other_rebalances(), rebalance_id(n)).await.expect("read"), rebalance.portfolios);
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_server_that_is_not_the_primary_is_unavailable_until_there_is_one() {
    let faulty = Faulty::new().await;
    faulty.rule(Rule::next("insert", "models", Fault::AnswerBefore(not_primary())).times(2));
    let refused = faulty.models().insert(&model_builder(1).build()).await;
    assert!(matches!(refused, Err(ModelStoreError::Store(StoreError::Unavailable(_)))), "{refused:?}");
    assert_eq!(faulty.other_models().get(model_id(1)).await.expect("read"), None);
    faulty.proxy.heal();
    let models = faulty.models();
    let model = model_builder(1).build();
    let back = eventually("there is one", || async { models.insert(&model).await.is_ok() }).await;
    println!("writes work {back:?} after the change");
    faulty.discard().await;
}

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_nothing_behind() {
    let faulty = Faulty::new().await;
    faulty.rule(Rule::next("insert", "models", Fault::AnswerBefore(disk_full())));
    let refused = faulty.models().insert(&model_builder(1).build()).await;
    assert!(matches!(refused, Err(ModelStoreError::Store(StoreError::Full(_)))), "{refused:?}");
    for (n, collection) in [(1, "rebalance_portfolios"), (2, "rebalances")] {
        // The first of three batches is written; the disk is full at the second, or at the header.
        let skip = usize::from(collection == "rebalance_portfolios");
        faulty.rule(Rule::next("insert", collection, Fault::AnswerBefore(disk_full())).after(skip));
        let refused = faulty.rebalances().append(&rebalance_builder(n).portfolios(0..1_200).positions(1).build()).await;
        assert!(matches!(refused, Err(StoreError::Full(_))), "{collection}: {refused:?}");
        assert_eq!(faulty.other_rebalances().header(rebalance_id(n)).await.expect("read"), None);
        let left = faulty.database.collection("rebalance_portfolios").count_documents(doc! {}).await.expect("counted");
        assert_eq!(left, 0, "{collection}: room is given back at once");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn errors_carry_no_part_of_the_stored_data_or_of_the_url() {
    let faulty = Faulty::new().await;
    faulty.rule(Rule::next("insert", "models", Fault::AnswerBefore(not_primary())).times(2));
    let refused = faulty.models().insert(&model_builder(1).name("Very private").build()).await.expect_err("refused");
    let shown = format!("{refused} {refused:?}");
    assert!(!shown.contains("Very private") && shown.contains("insert a model"), "{shown}");
    faulty.discard().await;
}
