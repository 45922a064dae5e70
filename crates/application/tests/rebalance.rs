//! What a rebalance answers, stores and leaves alone.

mod support;

use application::{PortfolioOutcome, RebalanceError, Slice};
use domain::rebalance::{FailureCode, PortfolioRebalance, Proof, Reason, Side};
use domain::{Decimal, Version};
use futures::TryStreamExt;
use port_contracts::builders::{at, decimal, model_id, portfolio_id, rebalance_id, security_id};
use port_contracts::{Fault, UpstreamFault};
use ports::{ModelStore, RebalanceStore, Upstream};
use support::{World, balances, cash_of_trades, reserve, soon};

fn rebalanced(outcome: &PortfolioOutcome) -> &PortfolioRebalance {
    match outcome {
        PortfolioOutcome::Rebalanced(portfolio) => portfolio,
        PortfolioOutcome::Failed(failure) => panic!("{failure:?}"),
    }
}

fn code(outcome: &PortfolioOutcome) -> FailureCode {
    match outcome {
        PortfolioOutcome::Failed(failure) => failure.code,
        PortfolioOutcome::Rebalanced(portfolio) => panic!("{portfolio:?}"),
    }
}

#[tokio::test]
async fn the_worked_example_is_answered_stored_and_read_back() {
    let world = World::new().worked_example().await;
    world.clock.set(at(1_767_625_200_000));
    let answer = world.app.rebalance_model.run(rebalance_id(7), model_id(1), soon()).await.expect("feasible");
    assert_eq!(answer.rebalance_id, Some(rebalance_id(7)));
    let portfolio = rebalanced(&answer.outcomes[0]);
    let trades: Vec<_> = portfolio.trades().iter().map(|t| (t.side, t.security_id, t.quantity.get())).collect();
    assert_eq!(
        trades,
        [
            (Side::Sell, security_id(1), 4),
            (Side::Sell, security_id(4), 3),
            (Side::Buy, security_id(2), 3),
            (Side::Buy, security_id(3), 7),
        ]
    );
    assert_eq!((portfolio.market_value, portfolio.cash_after), (decimal("1500"), decimal("86")));
    let optimality = portfolio.optimality.expect("new records have one");
    assert_eq!((optimality.proof, optimality.objective), (Some(Proof::Separable), decimal("91")));
    let figures: Vec<_> = portfolio.positions.iter().map(|p| (p.actual, p.actual_drift)).collect();
    let expected = [("0.404", "0.01"), ("0.266", "-0.113333"), ("0.266", "0.064"), ("0.006667", "0")];
    assert_eq!(figures, expected.map(|(actual, drift)| (decimal(actual), decimal(drift))));
    assert_eq!(portfolio.positions[3].reason, Some(Reason::FractionalResidue));
    assert_eq!(portfolio.cash_before.checked_add(cash_of_trades(portfolio)), Some(portfolio.cash_after));

    let header = world.rebalances.header(rebalance_id(7)).await.expect("works").expect("stored");
    assert_eq!((header.number_of_portfolios, header.number_of_positions), (1, 4));
    assert_eq!((header.model_version, header.date), (Some(Version::FIRST), at(1_767_625_200_000)));
    let stored: Vec<_> = world.rebalances.portfolios(rebalance_id(7), Slice::ALL).try_collect().await.expect("works");
    assert_eq!(stored, std::slice::from_ref(portfolio));
    let model = world.models.get(model_id(1)).await.expect("works").expect("stored");
    assert_eq!((model.last_rebalance_date, model.version), (Some(header.date), Version::FIRST));
    assert_eq!(world.watched.told(), ["started", "proven", "succeeded"]);
}

#[tokio::test]
async fn a_reserve_is_kept_and_the_first_step_down_of_c_pays_for_it() {
    let world = World::with_reserve(reserve("0", "0.08")).worked_example().await;
    let answer = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("feasible");
    let portfolio = rebalanced(&answer.outcomes[0]);
    assert_eq!(portfolio.cash_after, decimal("143"));
    let optimality = portfolio.optimality.expect("new records have one");
    assert_eq!((optimality.proof, optimality.objective), (Some(Proof::Search), decimal("100")));
    assert_eq!(portfolio.positions[2].reason, Some(Reason::CashLimit));
}

#[tokio::test]
async fn portfolios_that_fail_for_their_own_reasons_are_listed_and_the_rest_is_stored() {
    let world = World::new().worked_example().await.following([4, 1, 2, 3]).await;
    world.accounting.set(portfolio_id(2), balances("-100", &[(1, "0.5")])); // worth less than nothing
    world.accounting.set(portfolio_id(3), balances("50000", &[(9, "1")])); // holds what nobody knows
    world.accounting.fail_for(portfolio_id(4), UpstreamFault::Invalid);
    let answer = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("one succeeds");
    let ids: Vec<_> = answer.outcomes.iter().map(PortfolioOutcome::portfolio_id).collect();
    assert_eq!(ids, [4, 1, 2, 3].map(portfolio_id), "the model's order");
    assert_eq!(code(&answer.outcomes[0]), FailureCode::UpstreamInvalid);
    assert_eq!(rebalanced(&answer.outcomes[1]).portfolio_name.as_deref(), Some("Portfolio 1"));
    assert_eq!(code(&answer.outcomes[2]), FailureCode::NoFeasibleSolution);
    assert_eq!(code(&answer.outcomes[3]), FailureCode::SecurityUnknown);
    let header = world.rebalances.header(rebalance_id(1)).await.expect("works").expect("stored");
    assert_eq!((header.number_of_portfolios, header.failures.len()), (1, 3));
}

#[tokio::test]
async fn when_every_portfolio_fails_nothing_is_stored() {
    let world = World::new().worked_example().await;
    world.prices.unset("B");
    let result = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await;
    let Err(RebalanceError::AllFailed(failures)) = result else { panic!("{result:?}") };
    assert_eq!(failures[0].code, FailureCode::PriceMissing);
    assert_eq!(failures[0].details[0].security_id, Some(security_id(2)));
    assert_eq!(world.stored().await, 0);
    assert_eq!(world.models.get(model_id(1)).await.expect("works").expect("stored").last_rebalance_date, None);
    assert_eq!(world.watched.told(), ["started", "unstatable", "failed"]);
}

#[tokio::test]
async fn an_outage_ends_the_run_and_stores_nothing() {
    for service in [Upstream::PortfolioAccounting, Upstream::Pricing, Upstream::Security] {
        let world = World::new().worked_example().await;
        let fault = Some(UpstreamFault::Timeout);
        match service {
            Upstream::PortfolioAccounting => world.accounting.fail(fault),
            Upstream::Pricing => world.prices.fail(fault),
            Upstream::Security => world.securities.fail(fault),
            Upstream::Portfolio => unreachable!("names decide nothing"),
        }
        let result = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await;
        assert!(matches!(&result, Err(RebalanceError::Upstream(error)) if error.service() == service), "{result:?}");
        assert_eq!(world.stored().await, 0);
        assert_eq!(world.models.get(model_id(1)).await.expect("works").expect("stored").last_rebalance_date, None);
    }
}

#[tokio::test]
async fn without_names_the_rebalance_succeeds() {
    let world = World::new().worked_example().await;
    world.directory.fail(Some(UpstreamFault::Unavailable));
    let answer =
        world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("names are for people");
    assert_eq!(rebalanced(&answer.outcomes[0]).portfolio_name, None);
}

#[tokio::test]
async fn a_portfolio_that_was_never_funded_is_a_success_without_trades() {
    let world = World::new().worked_example().await.following([2]).await;
    let answer = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("nothing to trade");
    let portfolio = rebalanced(&answer.outcomes[0]);
    assert_eq!((portfolio.market_value, portfolio.trades().len()), (Decimal::ZERO, 0));
}

#[tokio::test]
async fn a_portfolio_that_nobody_knows_is_no_portfolio_without_cash() {
    let world = World::new().worked_example().await.following([3, 1]).await;
    let answer = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("one is known");
    assert_eq!(code(&answer.outcomes[0]), FailureCode::PortfolioUnknown);
    rebalanced(&answer.outcomes[1]);
    // A name that comes up meanwhile: the list is read for each run.
    world.directory.set(portfolio_id(3), "Portfolio 3");
    let answer = world.app.rebalance_model.run(rebalance_id(2), model_id(1), soon()).await.expect("both are known");
    assert!(rebalanced(&answer.outcomes[0]).trades().is_empty());
}

#[tokio::test]
async fn when_the_portfolio_service_is_down_an_unfunded_portfolio_is_believed() {
    let world = World::new().worked_example().await.following([3]).await;
    world.directory.fail(Some(UpstreamFault::Unavailable));
    let answer = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("nothing to trade");
    assert!(rebalanced(&answer.outcomes[0]).trades().is_empty());
}

#[tokio::test]
async fn each_position_keeps_the_ticker_that_its_price_was_read_by() {
    let world = World::new().worked_example().await;
    let answer = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("rebalanced");
    let positions = &rebalanced(&answer.outcomes[0]).positions;
    let tickers: Vec<_> = positions.iter().map(|p| p.ticker.as_ref().map(domain::Ticker::as_str)).collect();
    assert_eq!(tickers, [Some("A"), Some("B"), Some("C"), Some("D")]);
}

#[tokio::test]
async fn one_run_reads_prices_securities_and_names_once() {
    let world = World::new().worked_example().await.following(1..=40).await;
    world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("one is funded");
    assert_eq!(world.prices.calls(), 1);
    assert_eq!(world.securities.calls().len(), 1);
    assert_eq!(world.directory.calls().len(), 1);
    assert_eq!(world.accounting.calls().len(), 40);
}

#[tokio::test]
async fn a_record_that_was_written_although_the_store_timed_out_is_a_success() {
    let world = World::new().worked_example().await;
    world.rebalance_faults.fail_call("append", 1, Fault::TimeoutAfterwards);
    world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("the record is there");
    assert_eq!(world.stored().await, 1);
    let world = World::new().worked_example().await;
    world.rebalance_faults.fail_call("append", 1, Fault::Timeout);
    let result = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await;
    assert!(matches!(result, Err(RebalanceError::Store(_))), "{result:?}");
    assert_eq!(world.models.get(model_id(1)).await.expect("works").expect("stored").last_rebalance_date, None);
}

#[tokio::test]
async fn a_date_that_cannot_be_moved_does_not_undo_the_record() {
    let world = World::new().worked_example().await;
    world.model_faults.fail_call("mark_rebalanced", 1, Fault::Unavailable);
    world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.expect("the record is the truth");
    assert_eq!(world.stored().await, 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_while_the_record_is_written_does_not_cut_it() {
    let world = World::new().worked_example().await;
    let gate = world.rebalance_faults.block("append");
    let app = std::sync::Arc::clone(&world.app);
    let caller =
        tokio::spawn(async move { app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await.map(|_| ()) });
    while world.rebalance_faults.calls("append") == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    assert!(caller.await.expect_err("aborted").is_cancelled());
    gate.open();
    world.app.finish_writes().await;
    assert_eq!(world.stored().await, 1);
    let model = world.models.get(model_id(1)).await.expect("works").expect("stored");
    assert!(model.last_rebalance_date.is_some());
}

#[tokio::test]
async fn time_that_is_used_up_before_the_write_stores_nothing() {
    let world = World::new().worked_example().await;
    let past = application::Deadline::now();
    let result = world.app.rebalance_model.run(rebalance_id(1), model_id(1), past).await;
    assert!(matches!(result, Err(RebalanceError::TimedOut)), "{result:?}");
    assert_eq!(world.stored().await, 0);
}

#[tokio::test]
async fn two_runs_at_once_both_leave_their_record() {
    let world = World::new().worked_example().await;
    let run = |n| world.app.rebalance_model.run(rebalance_id(n), model_id(1), soon());
    let (a, b) = futures::join!(run(1), run(2));
    assert_eq!(a.expect("feasible").outcomes, b.expect("feasible").outcomes);
    assert_eq!(world.stored().await, 2);
}

#[tokio::test]
async fn a_model_without_positions_is_refused_before_anything_is_asked() {
    let world = World::new();
    let mut model = port_contracts::model_builder(1).build();
    model.definition.positions = domain::Positions::default();
    world.models.insert(&model).await.expect("an empty store");
    let result = world.app.rebalance_model.run(rebalance_id(1), model_id(1), soon()).await;
    assert!(matches!(result, Err(RebalanceError::ModelWithoutPositions(_))), "{result:?}");
    assert_eq!((world.prices.calls(), world.accounting.calls().len()), (0, 0));
}
