//! Which model a portfolio follows, and what a preview assumes.

mod support;

use application::{PortfolioOutcome, RebalanceError, Scenario};
use domain::{Positions, Price};
use port_contracts::builders::{decimal, model_id, portfolio_id, position, rebalance_id, security_id};
use port_contracts::model_builder;
use ports::ModelStore;
use support::{World, reserve, soon};

#[tokio::test]
async fn a_portfolio_follows_the_only_model_that_lists_it() {
    let world = World::new().worked_example().await;
    let run = |portfolio, model| world.app.rebalance_portfolio.run(rebalance_id(1), portfolio, model, soon());
    assert!(run(portfolio_id(1), None).await.is_ok());
    let result = run(portfolio_id(2), None).await;
    assert!(matches!(result, Err(RebalanceError::PortfolioInNoModel(_))), "{result:?}");
    let result = run(portfolio_id(2), Some(model_id(1))).await;
    assert!(matches!(result, Err(RebalanceError::PortfolioNotInModel { .. })), "{result:?}");
    let result = run(portfolio_id(1), Some(model_id(9))).await;
    assert!(matches!(result, Err(RebalanceError::ModelNotFound(_))), "{result:?}");
}

#[tokio::test]
async fn a_portfolio_of_several_models_needs_one_to_be_named() {
    let world = World::new().worked_example().await;
    let other = model_builder(2).position(3, "0.90", "0.10", "0.10").portfolios([1]).build();
    world.models.insert(&other).await.expect("another name");
    let run = |model| world.app.rebalance_portfolio.run(rebalance_id(1), portfolio_id(1), model, soon());
    let Err(RebalanceError::PortfolioInSeveralModels { models, .. }) = run(None).await else { panic!("ambiguous") };
    assert_eq!(models, [(model_id(1), "Model 1".to_owned()), (model_id(2), "Model 2".to_owned())]);
    assert_eq!(world.stored().await, 0);
    run(Some(model_id(2))).await.expect("named");
    let stored = world.models.get(model_id(2)).await.expect("works").expect("stored");
    assert!(stored.last_rebalance_date.is_some(), "a portfolio's rebalance moves the model's date");
}

#[tokio::test]
async fn a_preview_answers_as_the_real_call_and_stores_nothing() {
    let world = World::new().worked_example().await;
    let preview = world.app.preview_rebalance.model(model_id(1), &Scenario::default(), soon()).await.expect("feasible");
    assert_eq!(preview.rebalance_id, None);
    assert_eq!(world.stored().await, 0);
    assert_eq!(world.models.get(model_id(1)).await.expect("works").expect("stored").last_rebalance_date, None);
    let real = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("feasible");
    assert_eq!(preview.outcomes, real.outcomes);
    assert_eq!(world.watched.told(), ["proven", "started", "proven", "succeeded"], "a preview is no run");
}

#[tokio::test]
async fn a_preview_may_assume_cash_reserve_prices_and_positions() {
    let world = World::new().worked_example().await;
    let positions = Positions::new(vec![position(1, "0.40", "0.08", "0.08")]).expect("valid");
    let scenario = Scenario {
        cash_delta: Some(decimal("80")),
        reserve: Some(reserve("100", "0")),
        prices: [(security_id(1), Price::new(decimal("110")).expect("positive"))].into(),
        positions: Some(positions),
    };
    let answer =
        world.app.preview_rebalance.portfolio(portfolio_id(1), None, &scenario, soon()).await.expect("feasible");
    let PortfolioOutcome::Rebalanced(portfolio) = &answer.outcomes[0] else { panic!("{answer:?}") };
    assert_eq!(portfolio.cash_before, decimal("500"));
    assert_eq!(portfolio.market_value, decimal("1670")); // 500 + 10 · 110 + 3.5 · 20
    assert_eq!(portfolio.positions.len(), 2, "B and C are not in the assumed model and not held");
    assert_eq!(portfolio.positions[0].price, decimal("110"));
}
