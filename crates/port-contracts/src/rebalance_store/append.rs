//! `append`: what is stored is what is read.

use super::{Store, append_all, assert_stored};
use crate::builders::{at, day, decimal, failure, portfolio_id, rebalance_builder, rebalance_id, security_id};
use domain::rebalance::{FailureCode, FailureDetail, Optimality, PortfolioFailure, Proof, Reason, Side, Ties, Trade};
use domain::{PortfolioId, Reserve, Version};
use std::num::NonZeroU64;

/// “Stores a rebalance under its id”, all of it.
pub async fn append_stores_header_and_portfolios(store: Store) {
    let mut rebalance = rebalance_builder(1)
        .model_name("Grown 60/40 – Größe 𝔐")
        .date(at(1_234_567))
        .portfolios([2, 5, 7])
        .positions(9)
        .failed([11])
        .build();
    rebalance.header.model_version = Version::new(17);
    rebalance.header.version = Version::new(3).expect("a version");
    rebalance.header.created_at = at(1_300_001);
    append_all(&store, [rebalance.clone(), rebalance_builder(2).build()]).await;
    assert_stored(&store, &rebalance).await;
    assert_stored(&store, &rebalance_builder(2).build()).await;
}

/// Portfolios stand “in the order they were stored”, not in that of their ids.
pub async fn append_keeps_the_order_of_portfolios(store: Store) {
    let unsorted = [9, 300, 1, 256, 255, 2, 77, 10];
    let rebalance = rebalance_builder(1).portfolios(unsorted).build();
    append_all(&store, [rebalance.clone()]).await;
    assert_stored(&store, &rebalance).await;
}

/// Decimals are exact and keep their scale, up to 34 significant digits: market values below 10¹⁵ with 16 decimals
/// need 31.
pub async fn append_keeps_decimals_of_34_digits_exactly(store: Store) {
    let digits = "9876543210123456789012345678901234";
    let mut rebalance = rebalance_builder(1).positions(12).build();
    let portfolio = &mut rebalance.portfolios[0];
    portfolio.market_value = decimal("999999999999999.9999999999999999");
    portfolio.cash_before = decimal("-0.0000000000000000000000000001");
    portfolio.cash_after = decimal(&format!("-{digits}"));
    let values = [
        digits.to_owned(),
        format!("-{digits}"),
        format!("0.{digits}"),
        format!("-0.0000{digits}"),
        format!("{}.{}", &digits[..15], &digits[15..]),
        "1000000000000000000000000000000000".to_owned(),
        "0.00000000000000000000000000000000000000".to_owned(),
        "0".to_owned(),
        "0.00".to_owned(),
        "100.00".to_owned(),
        "-1".to_owned(),
        "0.10".to_owned(),
    ];
    for (position, text) in portfolio.positions.iter_mut().zip(values) {
        position.original_quantity = decimal(&text);
        position.adjusted_quantity = decimal(&text);
        position.original_market_value = decimal(&text);
        position.adjusted_market_value = decimal(&text);
        position.actual = decimal(&text);
        position.actual_drift = decimal(&text);
        position.price = decimal(&text);
    }
    append_all(&store, [rebalance.clone()]).await;
    assert_stored(&store, &rebalance).await;
}

/// What records of the previous service lack, and what the portfolio service did not say, stays absent.
pub async fn append_keeps_absent_fields_absent(store: Store) {
    let mut rebalance = rebalance_builder(1).positions(3).failed([4]).build();
    rebalance.header.model_version = None;
    rebalance.header.failures[0].details.clear();
    let portfolio = &mut rebalance.portfolios[0];
    portfolio.portfolio_name = None;
    portfolio.optimality = None;
    for position in &mut portfolio.positions {
        position.reason = None;
        position.trade = None;
    }
    append_all(&store, [rebalance.clone()]).await;
    assert_stored(&store, &rebalance).await;
}

/// An empty text is not an absent one.
pub async fn append_keeps_empty_texts(store: Store) {
    let mut rebalance = rebalance_builder(1).failed([4]).build();
    rebalance.header.model_name = String::new();
    rebalance.header.failures[0].portfolio_name = Some(String::new());
    rebalance.header.failures[0].message = String::new();
    rebalance.portfolios[0].portfolio_name = Some(String::new());
    append_all(&store, [rebalance.clone()]).await;
    assert_stored(&store, &rebalance).await;
}

/// Every code of a failure, its facts, and the reserve that was asked for.
pub async fn append_keeps_failures_and_the_reserve(store: Store) {
    let mut rebalance = rebalance_builder(1).build();
    rebalance.header.reserve = Reserve::new(decimal("5000.00000001"), decimal("0.020000")).expect("valid");
    let codes = [
        FailureCode::NoFeasibleSolution,
        FailureCode::PriceMissing,
        FailureCode::SecurityUnknown,
        FailureCode::OutOfBounds,
        FailureCode::UpstreamInvalid,
        FailureCode::PortfolioUnknown,
        FailureCode::OptimizationTimeout,
    ];
    rebalance.header.failures = (20..).zip(codes).map(|(n, code)| PortfolioFailure { code, ..failure(n) }).collect();
    rebalance.header.failures[1].portfolio_name = Some("Pension “A”".to_owned());
    rebalance.header.failures[1].details = (0..40)
        .map(|n| FailureDetail {
            code: "price_missing".to_owned(),
            security_id: (n % 2 == 0).then(|| security_id(n)),
            message: format!("Security {n} has no price.\nAsk the pricing service."),
        })
        .collect();
    append_all(&store, [rebalance.clone()]).await;
    assert_stored(&store, &rebalance).await;
}

/// Every reason, proof, state of ties and side, and the largest quantity.
pub async fn append_keeps_reasons_proofs_and_trades(store: Store) {
    let mut rebalance = rebalance_builder(1).portfolios(1..=4).positions(7).build();
    let proofs = [Some(Proof::Separable), Some(Proof::Dual), Some(Proof::Search), None];
    for (portfolio, proof) in rebalance.portfolios.iter_mut().zip(proofs) {
        let ties = if proof.is_some() { Ties::Settled } else { Ties::Open };
        let (objective, lower_bound) = (decimal("105.0000000000000000"), decimal("104.99"));
        portfolio.optimality = Some(Optimality { proof, objective, lower_bound, ties, cut_short: proof.is_none() });
        let reasons = [
            Reason::AtTarget,
            Reason::WholeShareRounding,
            Reason::CashLimit,
            Reason::BandFloor,
            Reason::BandCeiling,
            Reason::NotInModel,
            Reason::FractionalResidue,
        ];
        for (position, reason) in portfolio.positions.iter_mut().zip(reasons) {
            position.reason = Some(reason);
        }
        for (position, side) in portfolio.positions.iter_mut().zip([Side::Buy, Side::Sell]) {
            let quantity = NonZeroU64::new(i64::MAX.unsigned_abs()).expect("above zero");
            position.trade = Some(Trade { side, security_id: position.security_id, quantity, date: day(-20_000) });
        }
    }
    append_all(&store, [rebalance.clone()]).await;
    assert_stored(&store, &rebalance).await;
}

/// A portfolio without positions is a portfolio all the same; ids of portfolios may be any letters and digits.
pub async fn append_keeps_portfolios_without_positions(store: Store) {
    let mut rebalance = rebalance_builder(1).portfolios([1, 2, 3]).positions(0).build();
    let mixed: PortfolioId = "zZ09xxxxxxxxxxxxxxxxxxQQ".parse().expect("an id");
    rebalance.portfolios[1].portfolio_id = mixed;
    append_all(&store, [rebalance.clone()]).await;
    assert_stored(&store, &rebalance).await;
    let upper: PortfolioId = "ZZ09XXXXXXXXXXXXXXXXXXQQ".parse().expect("an id");
    assert_eq!(store.portfolio(rebalance_id(1), &upper).await.expect("read"), None);
}

/// Far more than one batch, or one document, holds.
pub async fn append_stores_a_thousand_portfolios_of_fifty_positions(store: Store) {
    let rebalance = rebalance_builder(1).portfolios((0..1_000).map(|n| n * 7_919 % 1_000)).positions(50).build();
    append_all(&store, [rebalance.clone()]).await;
    let stored = super::portfolios_of(&*store, rebalance_id(1), ports::Slice::ALL).await;
    assert!(stored == rebalance.portfolios, "all are there, in order and equal");
    for n in [0, 499, 999] {
        assert!(store.portfolio(rebalance_id(1), &portfolio_id(n)).await.expect("read").is_some(), "portfolio {n}");
    }
}

/// “The header of this rebalance”, or none.
pub async fn header_of_an_unknown_rebalance_is_none(store: Store) {
    append_all(&store, [rebalance_builder(1).build(), rebalance_builder(3).build()]).await;
    assert_eq!(store.header(rebalance_id(2)).await.expect("read"), None);
}
