//! What is sent and what is stored: concerns, indexes, field types.

use super::support::Faulty;
use crate::proxy::Proxy;
use domain::Version;
use mongodb::bson::{Bson, Document, doc};
use port_contracts::builders::{at, decimal, model_builder, model_id, portfolio_id, rebalance_builder, rebalance_id};
use ports::{
    ClaimRequest, DateChange, Direction, Fingerprint, IdempotencyKey, RebalanceSort, RebalanceSortKey, ResourceId,
    Slice,
};

/// Every port's calls, once.
async fn everything(faulty: &Faulty) {
    let (models, rebalances, keys) = (faulty.models(), faulty.rebalances(), faulty.store.idempotency_store());
    models.insert(&model_builder(1).build()).await.expect("ok");
    models.replace(&model_builder(1).version(2).build(), Version::FIRST, DateChange::Keep).await.expect("ok");
    models.mark_rebalanced(model_id(1), at(1)).await.expect("ok");
    models.get(model_id(1)).await.expect("ok");
    models.with_portfolio(&portfolio_id(1)).await.expect("ok");
    models.list(&vec![], Slice::ALL).await.expect("ok");
    models.delete(model_id(1), Version::new(2).expect("2")).await.expect("ok");
    rebalances.append(&rebalance_builder(1).build()).await.expect("ok");
    rebalances.header(rebalance_id(1)).await.expect("ok");
    super::support::all(&*rebalances, rebalance_id(1)).await.expect("ok");
    rebalances.portfolio(rebalance_id(1), &portfolio_id(1)).await.expect("ok");
    let sort = RebalanceSort { key: RebalanceSortKey::Date, direction: Direction::Descending };
    rebalances.list(Some(&[portfolio_id(1)]), sort, Slice::ALL).await.expect("ok");
    rebalances.delete(rebalance_id(1), Version::FIRST).await.expect("ok");
    let key = IdempotencyKey::new("key").expect("valid");
    let (now, busy_until, expires_at) = (at(0), at(1), at(2));
    let (fingerprint, resource_id) = (Fingerprint([1; 32]), ResourceId([1; 12]));
    let request = ClaimRequest { key, fingerprint, resource_id, now, busy_until, expires_at };
    keys.claim(&request).await.expect("ok");
    keys.complete(&request.held(), 201, resource_id).await.expect("ok");
    keys.release(&request.held()).await.expect("ok");
    keys.purge(at(9)).await.expect("ok");
}

fn sent(proxy: &Proxy, commands: [&str; 3]) -> Vec<Document> {
    let collections = ["models", "rebalances", "rebalance_portfolios", "rebalance_writes", "idempotency_keys"];
    let all = commands.iter().flat_map(|command| collections.map(|collection| proxy.seen(command, collection)));
    all.flatten().collect()
}

#[tokio::test]
async fn every_write_asks_for_a_journaled_majority_within_a_time() {
    let faulty = Faulty::new().await;
    everything(&faulty).await;
    let writes = sent(&faulty.proxy, ["insert", "update", "delete"]);
    assert!(writes.len() >= 14, "{}", writes.len());
    for write in writes {
        let concern = write.get_document("writeConcern").unwrap_or_else(|_| panic!("no concern: {write}"));
        assert_eq!(concern.get_str("w").ok(), Some("majority"), "{write}");
        assert_eq!(concern.get_bool("j").ok(), Some(true), "{write}");
        let limit = concern.get("wtimeout").and_then(|limit| limit.as_i64().or(limit.as_i32().map(Into::into)));
        assert_eq!(limit, Some(2_000), "{write}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn every_read_is_of_what_a_majority_has() {
    let faulty = Faulty::new().await;
    everything(&faulty).await;
    let reads = sent(&faulty.proxy, ["find", "aggregate", "count"]);
    assert!(reads.len() >= 12, "{}", reads.len());
    for read in reads {
        let concern = read.get_document("readConcern").unwrap_or_else(|_| panic!("no concern: {read}"));
        assert_eq!(concern.get_str("level").ok(), Some("majority"), "{read}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_compare_and_set_is_one_command() {
    let faulty = Faulty::new().await;
    faulty.models().insert(&model_builder(1).build()).await.expect("ok");
    let finds = faulty.proxy.seen("find", "models").len();
    let new = model_builder(1).version(2).build();
    faulty.models().replace(&new, Version::FIRST, DateChange::Keep).await.expect("ok");
    assert_eq!(faulty.proxy.seen("update", "models").len(), 1);
    assert_eq!(faulty.proxy.seen("find", "models").len(), finds, "nothing is read before or after");
    faulty.discard().await;
}

#[tokio::test]
async fn the_declared_indexes_exist() {
    let faulty = Faulty::new().await;
    for (collection, wanted) in [
        ("models", vec!["name_1", "portfolios_1", "created_at_-1"]),
        (
            "rebalances",
            vec![
                "rebalance_date_-1__id_1",
                "rebalance_date_1__id_1",
                "model_name_1__id_1",
                "model_name_-1__id_1",
                "portfolios.portfolio_id_1",
                "attempt_id_1",
            ],
        ),
        ("rebalance_portfolios", vec!["rebalance_id_1", "portfolio_id_1_attempt_id_1"]),
        ("idempotency_keys", vec!["expires_at_1", "touched_at_1"]),
    ] {
        let names = faulty.database.collection(collection).list_index_names().await.expect("listed");
        for name in wanted {
            assert!(names.iter().any(|there| there == name), "{collection}.{name} is not among {names:?}");
        }
    }
    faulty.discard().await;
}

#[tokio::test]
async fn documents_have_bson_types_and_a_schema_version() {
    let faulty = Faulty::new().await;
    let model = model_builder(1).position(1, "0.60", "0.0100", "0.02").rebalanced(at(1)).build();
    faulty.models().insert(&model).await.expect("ok");
    let mut rebalance = rebalance_builder(1).build();
    let optimality = rebalance.portfolios[0].optimality.as_mut().expect("there");
    optimality.objective = decimal("12345678901234567890123456789.123456789");
    faulty.rebalances().append(&rebalance).await.expect("ok");
    let one = async |collection: &str| {
        faulty.database.collection(collection).find_one(doc! {}).await.expect("read").expect("there")
    };

    let stored = one("models").await;
    assert_eq!(stored.get_i32("schema_version").ok(), Some(2));
    assert!(stored.get_object_id("_id").is_ok_and(|id| id.bytes() == model_id(1).bytes()));
    assert!(stored.get_datetime("last_rebalance_date").is_ok() && stored.get_datetime("created_at").is_ok());
    let position = stored.get_array("positions").expect("a list")[0].as_document().expect("a document").clone();
    assert_eq!(position.get("target").map(Bson::to_string).as_deref(), Some("0.60"));
    assert!(matches!(position.get("low_drift"), Some(Bson::Decimal128(drift)) if drift.to_string() == "0.0100"));

    let portfolio = one("rebalance_portfolios").await;
    assert_eq!(portfolio.get_i32("schema_version").ok(), Some(2));
    assert!(portfolio.get_object_id("rebalance_id").is_ok_and(|id| id.bytes() == rebalance_id(1).bytes()));
    let objective = portfolio.get_document("optimality").expect("there").get_str("objective").ok();
    assert_eq!(objective, Some("12345678901234567890123456789.123456789"), "38 digits are kept as text");
    let read = super::support::all(&*faulty.rebalances(), rebalance_id(1)).await.expect("read");
    assert_eq!(format!("{read:?}"), format!("{:?}", rebalance.portfolios));
    assert_eq!(one("rebalances").await.get_i32("schema_version").ok(), Some(2));
    faulty.discard().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_corrupt_and_named_and_never_skipped() {
    let faulty = Faulty::new().await;
    faulty.models().insert(&model_builder(1).build()).await.expect("ok");
    faulty.models().insert(&model_builder(2).build()).await.expect("ok");
    let models = faulty.database.collection("models");
    let this = doc! { "name": "Model 1" };
    for (change, said) in [
        (doc! { "$set": { "positions.0.target": "0.0001" } }, "positions.0.target"),
        (doc! { "$set": { "positions.0.target": f64::NAN } }, "positions.0.target"),
        (doc! { "$unset": { "version": "" } }, "version is missing"),
        (doc! { "$set": { "schema_version": 3 } }, "schema_version"),
        (doc! { "$set": { "portfolios": ["short"] } }, "portfolios.0"),
    ] {
        let before = models.find_one(this.clone()).await.expect("read").expect("there");
        models.update_one(this.clone(), change).await.expect("changed");
        let errors = [
            faulty.models().get(model_id(1)).await.expect_err("unreadable"),
            faulty.models().list(&vec![], Slice::ALL).await.expect_err("not skipped"),
        ];
        for error in errors {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            assert!(error.to_string().contains(&model_id(1).to_string()) && cause.contains(said), "{error}: {cause}");
            assert!(!error.is_retryable());
        }
        assert!(faulty.models().get(model_id(2)).await.expect("readable").is_some());
        models.replace_one(this.clone(), before).await.expect("restored");
    }
    faulty.discard().await;
}
