//! Records of the previous service, written as it wrote them, beside our own.

use super::support::{Faulty, all};
use domain::rebalance::Side;
use domain::{Decimal, Version};
use futures::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Decimal128, Document, doc, oid::ObjectId};
use port_contracts::builders::{
    at, decimal, model_builder, model_id, portfolio_id, rebalance_builder, rebalance_id, security_id,
};
use ports::{
    DateChange, Direction, ModelSortKey, ModelStoreError, RebalanceSort, RebalanceSortKey, RebalanceStoreError, Slice,
    StoreError,
};

fn number(text: &str) -> Decimal128 {
    text.parse().expect("a decimal")
}

fn date(ms: i64) -> DateTime {
    DateTime::from_millis(at(ms).timestamp_millis())
}

/// A model as the previous service wrote it.
fn legacy_model(n: u32, name: &str) -> Document {
    doc! {
        "_id": ObjectId::from_bytes(model_id(n).bytes()),
        "name": name,
        "positions": [
            { "security_id": security_id(1).as_str(), "target": number("0.60"), "high_drift": number("0.0500"), "low_drift": number("0.02") },
            { "security_id": security_id(2).as_str(), "target": number("0.3"), "high_drift": number("0.05"), "low_drift": number("0") },
        ],
        "portfolios": [portfolio_id(1).as_str(), portfolio_id(2).as_str()],
        "last_rebalance_date": Bson::Null,
        "version": 1_i32,
        "created_at": date(5),
        "updated_at": date(5),
    }
}

fn legacy_position(n: u32, traded: bool) -> Document {
    doc! {
        "security_id": security_id(n).as_str(),
        "price": number("101.25"),
        "original_quantity": number("0"),
        "adjusted_quantity": number("6"),
        "original_position_market_value": number("0.00"),
        "adjusted_position_market_value": number("607.50"),
        "target": number("0.40"),
        "high_drift": number("0.05"),
        "low_drift": number("0.02"),
        // 28 significant digits, as they came out of a division.
        "actual": number("0.4050000000000000000000000001"),
        "actual_drift": number("3.333333333333333333333333333E-14"),
        "transaction_type": if traded { Bson::from("BUY") } else { Bson::Null },
        "trade_quantity": if traded { Bson::Int32(6) } else { Bson::Null },
        "trade_date": if traded { Bson::DateTime(date(0)) } else { Bson::Null },
    }
}

/// A rebalance as the previous service wrote it: five portfolios were asked for, these were rebalanced.
fn legacy_rebalance(n: u32, ms: i64, portfolios: std::ops::Range<u32>) -> Document {
    let nested = portfolios.map(|n| {
        doc! {
            "portfolio_id": portfolio_id(n).as_str(),
            "market_value": number("1500.00"),
            "cash_before_rebalance": number("1500.00"),
            "cash_after_rebalance": number("-12.5"),
            "positions": [legacy_position(2, false), legacy_position(1, true)],
        }
    });
    doc! {
        "_id": ObjectId::from_bytes(rebalance_id(n).bytes()),
        "model_id": ObjectId::from_bytes(model_id(1).bytes()),
        "rebalance_date": date(ms),
        "model_name": format!("Legacy {n}"),
        "number_of_portfolios": 5_i32,
        "portfolios": nested.collect::<Vec<_>>(),
        "version": 1_i32,
        "created_at": date(ms + 1),
    }
}

async fn store(faulty: &Faulty, collection: &str, documents: Vec<Document>) {
    faulty.database.collection(collection).insert_many(documents).await.expect("inserted");
}

#[tokio::test]
async fn a_legacy_model_is_read_listed_updated_and_deleted() {
    let faulty = Faulty::new().await;
    store(&faulty, "models", vec![legacy_model(1, "Legacy")]).await;
    let models = faulty.models();
    models.insert(&model_builder(2).created(at(6)).build()).await.expect("ours");
    let taken = models.insert(&model_builder(3).name("Legacy").build()).await;
    assert!(matches!(taken, Err(ModelStoreError::NameTaken(_))), "{taken:?}");

    let model = models.get(model_id(1)).await.expect("read").expect("there");
    let targets: Vec<_> = model.definition.positions.as_slice().iter().map(|p| p.target.weight().to_string()).collect();
    assert_eq!(targets, ["0.60", "0.3"]);
    assert_eq!((model.version, model.created_at, model.last_rebalance_date), (Version::FIRST, at(5), None));
    let listed = models.list(&vec![(ModelSortKey::CreatedAt, Direction::Descending)], Slice::ALL).await.expect("read");
    assert_eq!(listed.items.iter().map(|model| model.id).collect::<Vec<_>>(), [model_id(2), model_id(1)]);
    assert_eq!(models.with_portfolio(&portfolio_id(1)).await.expect("read"), std::slice::from_ref(&model));

    models.mark_rebalanced(model_id(1), at(77)).await.expect("marked");
    let mut definition = model.definition.clone();
    definition.portfolios = definition.portfolios.with(&model_builder(9).definition().portfolios);
    let new = model.revised(definition, at(80));
    models.replace(&new, Version::FIRST, DateChange::Keep).await.expect("replaced");
    let lost = models.replace(&new, Version::FIRST, DateChange::Keep).await;
    assert!(matches!(lost, Err(ModelStoreError::VersionConflict { .. })), "{lost:?}");
    let found = models.get(model_id(1)).await.expect("read").expect("there");
    assert_eq!((found.version.number(), found.last_rebalance_date, found.created_at), (2, Some(at(77)), at(5)));
    assert!(found.definition.portfolios.contains(&portfolio_id(9)));
    models.delete(model_id(1), found.version).await.expect("deleted");
    assert_eq!(models.get(model_id(1)).await.expect("read"), None);
    faulty.discard().await;
}

#[tokio::test]
async fn what_today_s_rules_would_refuse_is_read_with_its_digits_and_corrected() {
    let faulty = Faulty::new().await;
    let mut fine = legacy_model(1, "Fine drifts");
    let mut thirds = fine.get_array("positions").expect("there").clone();
    thirds[0].as_document_mut().expect("one").insert("high_drift", number("0.3333333333333333333333333333"));
    fine.insert("positions", thirds);
    let mut partly = legacy_rebalance(1, 10, 0..1);
    for (n, field, value) in [(3, "trade_date", Bson::Null), (4, "trade_quantity", Bson::Int32(0))] {
        let portfolio = partly.get_array_mut("portfolios").expect("there")[0].as_document_mut().expect("one");
        let mut positions = portfolio.get_array("positions").expect("there").clone();
        let mut position = legacy_position(n, true);
        position.insert(field, value);
        position.insert("low_drift", number("0.0200000001"));
        positions.push(position.into());
        portfolio.insert("positions", positions);
    }
    store(&faulty, "models", vec![fine]).await;
    store(&faulty, "rebalances", vec![partly]).await;

    let models = faulty.models();
    let listed = models.list(&vec![], Slice::ALL).await.expect("one odd model does not hide the others");
    let model = &listed.items[0];
    let drift = model.definition.positions.as_slice()[0].drifts.high().fraction();
    assert_eq!(drift.to_string(), "0.3333333333333333333333333333");
    models
        .replace(&model.revised(model.definition.clone(), at(80)), Version::FIRST, DateChange::Keep)
        .await
        .expect("kept");
    let again = models.get(model_id(1)).await.expect("read").expect("there");
    assert_eq!(again.definition, model.definition);

    let portfolios = all(&*faulty.rebalances(), rebalance_id(1)).await.expect("read");
    let trades = portfolios[0].positions.iter().filter(|position| position.trade.is_some()).count();
    assert_eq!((portfolios[0].positions.len(), trades), (4, 1), "a part of a trade is none");
    faulty.discard().await;
}

#[tokio::test]
async fn a_legacy_rebalance_is_read_in_order_with_what_it_does_not_state() {
    let faulty = Faulty::new().await;
    store(&faulty, "rebalances", vec![legacy_rebalance(1, 10, 0..150)]).await;
    let rebalances = faulty.rebalances();
    let header = rebalances.header(rebalance_id(1)).await.expect("read").expect("there");
    assert_eq!((header.number_of_portfolios, header.number_of_positions), (150, 300), "counted, not as stated");
    assert_eq!((header.model_version, header.failures.len(), header.version), (None, 0, Version::FIRST));
    assert_eq!((header.date, header.created_at), (at(10), at(11)));

    let portfolios = all(&*rebalances, rebalance_id(1)).await.expect("read");
    assert!(portfolios.iter().map(|p| p.portfolio_id).eq((0..150).map(portfolio_id)));
    let one = &portfolios[7];
    assert_eq!((one.portfolio_name.as_ref(), one.optimality), (None, None));
    assert_eq!((one.market_value.to_string(), one.cash_after.to_string()), ("1500.00".into(), "-12.5".into()));
    let securities: Vec<_> = one.positions.iter().map(|position| position.security_id).collect();
    assert_eq!(securities, [security_id(1), security_id(2)], "by ascending id");
    let trade = one.positions[0].trade.expect("bought");
    assert_eq!((trade.side, trade.quantity.get(), trade.date), (Side::Buy, 6, at(0).date_naive()));
    assert_eq!((one.positions[1].trade, one.positions[1].reason), (None, None));
    assert_eq!(one.positions[0].actual, decimal("0.4050000000000000000000000001"));
    // 41 decimals: three more than are kept.
    assert_eq!(one.positions[0].actual_drift, Decimal::new(3_333_333_333_333_333_333_333_333, 38).expect("scale"));

    for (offset, limit, wanted) in [
        (0, Some(3), 0..3),
        (60, Some(70), 60..130),
        (149, None, 149..150),
        (150, None, 150..150),
        (u64::MAX, Some(1), 0..0),
    ] {
        let part: Vec<_> =
            rebalances.portfolios(rebalance_id(1), Slice { offset, limit }).try_collect().await.expect("read");
        assert!(part.iter().map(|p| p.portfolio_id).eq(wanted.clone().map(portfolio_id)), "{offset} {limit:?}");
    }
    assert_eq!(rebalances.portfolio(rebalance_id(1), &portfolio_id(7)).await.expect("read").as_ref(), Some(one));
    assert_eq!(rebalances.portfolio(rebalance_id(1), &portfolio_id(150)).await.expect("read"), None);
    faulty.discard().await;
}

#[tokio::test]
async fn lists_sort_filter_and_page_across_both_layouts() {
    use Direction::{Ascending, Descending};
    use RebalanceSortKey::{Date, Id, ModelName, NumberOfPortfolios};
    let faulty = Faulty::new().await;
    store(&faulty, "rebalances", vec![legacy_rebalance(1, 10, 0..4), legacy_rebalance(4, 40, 2..9)]).await;
    let ours = |n: u32, portfolios: std::ops::Range<u32>| {
        rebalance_builder(n).date(at(i64::from(n) * 10)).model_name(&format!("Ours {n}")).portfolios(portfolios).build()
    };
    let rebalances = faulty.rebalances();
    rebalances.append(&ours(2, 3..5)).await.expect("stored");
    rebalances.append(&ours(3, 0..12)).await.expect("stored");
    for (key, direction, portfolio, wanted) in [
        (Date, Descending, None, vec![4, 3, 2, 1]),
        (Id, Ascending, None, vec![1, 2, 3, 4]),
        (ModelName, Ascending, None, vec![1, 4, 2, 3]),
        (NumberOfPortfolios, Ascending, None, vec![2, 1, 4, 3]),
        (NumberOfPortfolios, Descending, None, vec![3, 4, 1, 2]),
        (Date, Ascending, Some(3), vec![1, 2, 3, 4]),
        (Date, Ascending, Some(1), vec![1, 3]),
        (Date, Descending, Some(8), vec![4, 3]),
        (NumberOfPortfolios, Ascending, Some(4), vec![2, 4, 3]),
    ] {
        let ids = portfolio.map(|n| [portfolio_id(n)]);
        let sort = RebalanceSort { key, direction };
        let whole = rebalances.list(ids.as_ref().map(<[_; 1]>::as_slice), sort, Slice::ALL).await.expect("read");
        let found: Vec<_> = whole.items.iter().map(|header| header.id).collect();
        assert_eq!(
            found,
            wanted.iter().copied().map(rebalance_id).collect::<Vec<_>>(),
            "{key:?} {direction:?} {portfolio:?}"
        );
        let mut paged = Vec::new();
        for offset in 0..whole.total {
            let slice = Slice { offset, limit: Some(1) };
            let page = rebalances.list(ids.as_ref().map(<[_; 1]>::as_slice), sort, slice).await.expect("read");
            assert_eq!(page.total, whole.total);
            paged.extend(page.items);
        }
        assert_eq!(paged, whole.items);
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_legacy_rebalance_is_deleted_by_its_version_and_not_stored_again() {
    let faulty = Faulty::new().await;
    store(&faulty, "rebalances", vec![legacy_rebalance(1, 10, 0..4)]).await;
    let rebalances = faulty.rebalances();
    rebalances.append(&rebalance_builder(1).build()).await.expect("it is stored already");
    assert_eq!(all(&*rebalances, rebalance_id(1)).await.expect("read").len(), 4);
    let wrong = rebalances.delete(rebalance_id(1), Version::new(2).expect("2")).await;
    assert!(matches!(wrong, Err(RebalanceStoreError::VersionConflict { .. })), "{wrong:?}");
    rebalances.delete(rebalance_id(1), Version::FIRST).await.expect("deleted");
    assert_eq!(rebalances.header(rebalance_id(1)).await.expect("read"), None);
    assert_eq!(all(&*rebalances, rebalance_id(1)).await.expect("read"), []);
    faulty.discard().await;
}

#[tokio::test]
async fn a_stream_of_a_legacy_rebalance_that_is_deleted_meanwhile_fails() {
    let faulty = Faulty::new().await;
    store(&faulty, "rebalances", vec![legacy_rebalance(1, 10, 0..150)]).await;
    let mut portfolios = faulty.rebalances().portfolios(rebalance_id(1), Slice::ALL);
    portfolios.try_next().await.expect("read").expect("the first");
    faulty.other_rebalances().delete(rebalance_id(1), Version::FIRST).await.expect("deleted");
    let rest: Result<Vec<_>, _> = portfolios.try_collect().await;
    assert!(matches!(rest, Err(StoreError::Unavailable(_))), "{:?}", rest.map(|rest| rest.len()));
    faulty.discard().await;
}

#[tokio::test]
async fn the_indexes_of_the_previous_service_are_no_obstacle() {
    use mongodb::IndexModel;
    use mongodb::options::IndexOptions;
    let faulty = Faulty::new().await;
    faulty.database.raw().drop().await.expect("dropped");
    let unique = IndexOptions::builder().unique(true).build();
    let name = IndexModel::builder().keys(doc! { "name": 1 }).options(unique).build();
    faulty.database.collection("models").create_index(name).await.expect("made");
    for (collection, keys) in [
        ("models", doc! { "portfolios": 1 }),
        ("models", doc! { "last_rebalance_date": 1 }),
        ("models", doc! { "positions.security_id": 1 }),
        ("models", doc! { "version": 1 }),
        ("models", doc! { "created_at": -1 }),
        ("rebalances", doc! { "model_id": 1 }),
        ("rebalances", doc! { "rebalance_date": -1 }),
        ("rebalances", doc! { "model_name": 1 }),
        ("rebalances", doc! { "portfolios.portfolio_id": 1 }),
        ("rebalances", doc! { "model_id": 1, "rebalance_date": -1 }),
        ("rebalances", doc! { "created_at": -1 }),
        ("rebalances", doc! { "version": 1 }),
    ] {
        let index = IndexModel::builder().keys(keys).build();
        faulty.database.collection(collection).create_index(index).await.expect("made");
    }
    store(&faulty, "models", vec![legacy_model(1, "Legacy")]).await;
    let config = crate::database::config(&crate::database::server_url(), &faulty.database.name);
    let replica = mongo_adapter::MongoStore::connect(config).await.expect("valid");
    crate::database::until_ready(&replica).await;
    assert!(replica.model_store().get(model_id(1)).await.expect("read").is_some());
    replica.close(std::time::Duration::from_secs(5)).await;
    faulty.discard().await;
}
