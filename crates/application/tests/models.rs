//! Models under concurrent editors, and requests that are repeated.

mod support;

use application::EditModelError;
use domain::{ModelRuleError, Portfolios};
use futures::future::join_all;
use port_contracts::Fault;
use port_contracts::builders::{model_id, portfolio_id, position};
use ports::ModelStore;
use std::sync::Arc;
use support::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_additions_all_succeed() {
    let world = World::new().worked_example().await;
    let additions = (10..40).map(|n| {
        let app = Arc::clone(&world.app);
        let added = Portfolios::new(vec![portfolio_id(n)]).expect("one");
        tokio::spawn(async move { app.edit_model.add_portfolios(model_id(1), added).await.map(|_| ()) })
    });
    for added in join_all(additions).await {
        added.expect("no panic").expect("a lost race is run again");
    }
    let model = world.models.get(model_id(1)).await.expect("works").expect("stored");
    assert_eq!(model.definition.portfolios.as_slice().len(), 31);
    assert_eq!(model.version.number(), 31);
}

#[tokio::test]
async fn an_edit_that_changes_nothing_leaves_the_version() {
    let world = World::new().worked_example().await;
    let same = Portfolios::new(vec![portfolio_id(1)]).expect("one");
    let model = world.app.edit_model.add_portfolios(model_id(1), same).await.expect("already there");
    assert_eq!(model.version.number(), 1);
}

#[tokio::test]
async fn an_edit_says_which_rule_it_breaks_or_that_the_store_failed() {
    let world = World::new().worked_example().await;
    let add = |n, target| world.app.edit_model.add_position(model_id(1), position(n, target, "0.01", "0.01"));
    let result = add(9, "0.01").await;
    let exceeded = ModelRuleError::TargetSumExceeded(port_contracts::builders::decimal("0.96"));
    assert!(matches!(&result, Err(EditModelError::Rule(rule)) if *rule == exceeded), "{result:?}");
    let result = add(1, "0.01").await;
    assert!(matches!(&result, Err(EditModelError::Rule(ModelRuleError::PositionExists(_)))), "{result:?}");
    world.model_faults.fail_call("get", 1, Fault::Unavailable);
    let result = add(9, "0").await;
    assert!(matches!(&result, Err(EditModelError::Store(_))), "{result:?}");
}
