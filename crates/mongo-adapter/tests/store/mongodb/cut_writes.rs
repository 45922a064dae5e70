//! A connection is cut, or stalls, before or after a write was carried out: the write happens once, and its caller is
//! told so.

use super::support::{Faulty, all};
use crate::proxy::{Fault, Rule};
use domain::Version;
use mongodb::bson::doc;
use port_contracts::builders::{at, model_builder, model_id, rebalance_builder, rebalance_id};
use ports::{
    Claim, ClaimRequest, DateChange, Fingerprint, IdempotencyKey, ModelStoreError, RebalanceStoreError, ResourceId,
};
use std::time::{Duration, Instant};

/// Each of them ends the first command that it meets; what the server did with it differs.
const FAULTS: [Fault; 4] = [Fault::CutBefore, Fault::CutAfter, Fault::StallBefore, Fault::StallAfter];

fn version(number: u32) -> Version {
    Version::new(number).expect("at least 1")
}

#[tokio::test]
async fn an_insert_happens_once() {
    let faulty = Faulty::new().await;
    for (n, fault) in (1..).zip(FAULTS) {
        let model = model_builder(n).build();
        faulty.rule(Rule::next("insert", "models", fault.clone()));
        faulty.models().insert(&model).await.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(faulty.other_models().get(model_id(n)).await.expect("read"), Some(model), "{fault:?}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_cut_insert_of_a_taken_name_is_still_refused() {
    let faulty = Faulty::new().await;
    faulty.other_models().insert(&model_builder(1).name("Taken").build()).await.expect("inserted");
    for (n, fault) in (2..).zip(FAULTS) {
        faulty.rule(Rule::next("insert", "models", fault.clone()));
        let refused = faulty.models().insert(&model_builder(n).name("Taken").build()).await;
        assert!(matches!(refused, Err(ModelStoreError::NameTaken(_))), "{fault:?}: {refused:?}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_replacement_happens_once() {
    let faulty = Faulty::new().await;
    faulty.other_models().insert(&model_builder(1).build()).await.expect("inserted");
    for (n, fault) in (1..).zip(FAULTS) {
        let new = model_builder(1).name(&format!("Name {n}")).version(n + 1).build();
        faulty.rule(Rule::next("update", "models", fault.clone()));
        let replaced = faulty.models().replace(&new, version(n), DateChange::Keep).await;
        replaced.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(faulty.other_models().get(model_id(1)).await.expect("read"), Some(new), "{fault:?}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_cut_replacement_of_another_version_is_still_a_conflict() {
    let faulty = Faulty::new().await;
    let stored = model_builder(1).version(5).build();
    faulty.other_models().insert(&stored).await.expect("inserted");
    for fault in FAULTS {
        faulty.rule(Rule::next("update", "models", fault.clone()));
        let refused = faulty.models().replace(&model_builder(1).version(4).build(), version(3), DateChange::Keep).await;
        assert!(matches!(refused, Err(ModelStoreError::VersionConflict { .. })), "{fault:?}: {refused:?}");
    }
    assert_eq!(faulty.other_models().get(model_id(1)).await.expect("read"), Some(stored));
    faulty.discard().await;
}

#[tokio::test]
async fn a_replacement_that_others_have_overwritten_meanwhile_is_not_called_a_conflict() {
    let faulty = Faulty::new().await;
    let other = faulty.other_models();
    other.insert(&model_builder(1).build()).await.expect("inserted");
    // Carried out, not answered, and overwritten while the answer is waited for.
    faulty.rule(Rule::next("update", "models", Fault::StallAfter));
    let (models, mine) = (faulty.models(), model_builder(1).name("Mine").version(2).build());
    let replacing = tokio::spawn(async move { models.replace(&mine, version(1), DateChange::Keep).await });
    super::support::eventually("the first write arrives", || async {
        other.get(model_id(1)).await.expect("read").expect("there").version == version(2)
    })
    .await;
    other.replace(&model_builder(1).name("Theirs").version(3).build(), version(2), DateChange::Keep).await.expect("ok");
    replacing.await.expect("it ran").expect("it did happen, at its turn");
    faulty.discard().await;
}

#[tokio::test]
async fn a_mark_and_a_deletion_happen() {
    let faulty = Faulty::new().await;
    for (n, fault) in (1..).zip(FAULTS) {
        faulty.other_models().insert(&model_builder(n).build()).await.expect("inserted");
        faulty.rule(Rule::next("update", "models", fault.clone()));
        faulty.models().mark_rebalanced(model_id(n), at(i64::from(n))).await.expect("marked");
        let found = faulty.other_models().get(model_id(n)).await.expect("read").expect("there");
        assert_eq!(found.last_rebalance_date, Some(at(i64::from(n))), "{fault:?}");
        faulty.rule(Rule::next("delete", "models", fault.clone()));
        faulty.models().delete(model_id(n), version(1)).await.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(faulty.other_models().get(model_id(n)).await.expect("read"), None, "{fault:?}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_rebalance_is_stored_once_and_whole_wherever_its_write_is_cut() {
    let faulty = Faulty::new().await;
    let places = [
        ("update", "rebalance_writes"),
        ("insert", "rebalance_portfolios"),
        ("insert", "rebalances"),
        ("delete", "rebalance_writes"),
    ];
    let cases = places.into_iter().flat_map(|place| FAULTS.map(|fault| (place, fault)));
    for (n, ((command, collection), fault)) in (1..).zip(cases) {
        let rebalance = rebalance_builder(n).portfolios(0..20).build();
        faulty.rule(Rule::next(command, collection, fault.clone()));
        let stored = faulty.rebalances().append(&rebalance).await;
        stored.unwrap_or_else(|error| panic!("{command} {collection} {fault:?}: {error:?}"));
        let other = faulty.other_rebalances();
        assert_eq!(other.header(rebalance_id(n)).await.expect("read"), Some(rebalance.header));
        assert_eq!(all(&*other, rebalance_id(n)).await.expect("read"), rebalance.portfolios);
    }
    let stored = faulty.database.collection("rebalance_portfolios").count_documents(doc! {}).await;
    assert_eq!(stored.expect("counted"), 16 * 20, "no portfolio is stored twice");
    faulty.discard().await;
}

#[tokio::test]
async fn a_deletion_of_a_rebalance_removes_all_of_it_wherever_it_is_cut() {
    let faulty = Faulty::new().await;
    for (n, fault) in (1..).zip(FAULTS) {
        faulty.other_rebalances().append(&rebalance_builder(n).portfolios(0..5).build()).await.expect("stored");
        faulty.rule(Rule::next("delete", "rebalances", fault.clone()));
        let deleted = faulty.rebalances().delete(rebalance_id(n), version(1)).await;
        deleted.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(faulty.other_rebalances().header(rebalance_id(n)).await.expect("read"), None, "{fault:?}");
        let again = faulty.rebalances().delete(rebalance_id(n), version(1)).await;
        assert!(matches!(again, Err(RebalanceStoreError::NotFound(_))), "{again:?}");
    }
    for collection in ["rebalances", "rebalance_portfolios", "rebalance_writes"] {
        let left = faulty.database.collection(collection).count_documents(doc! {}).await.expect("counted");
        assert_eq!(left, 0, "{collection}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_key_is_claimed_completed_and_released_once() {
    let faulty = Faulty::new().await;
    let (keys, other) = (faulty.store.idempotency_store(), faulty.database.store().idempotency_store());
    for (n, fault) in (1_u8..).zip(FAULTS) {
        let key = IdempotencyKey::new(&format!("key-{n}")).expect("valid");
        let request = |n: u8, minute: i64| ClaimRequest {
            key: key.clone(),
            fingerprint: Fingerprint([7; 32]),
            resource_id: ResourceId([n; 12]),
            now: at(minute * 60_000),
            busy_until: at((minute + 1) * 60_000),
            expires_at: at(86_400_000),
        };
        faulty.rule(Rule::next("update", "idempotency_keys", fault.clone()));
        assert_eq!(keys.claim(&request(n, 0)).await.expect("claimed"), Claim::First, "{fault:?}");
        assert_eq!(other.claim(&request(99, 0)).await.expect("claimed"), Claim::Running, "{fault:?}");
        faulty.rule(Rule::next("update", "idempotency_keys", fault.clone()));
        let taken = keys.claim(&request(99, 1)).await.expect("claimed");
        assert_eq!(taken, Claim::Interrupted(ResourceId([n; 12])), "{fault:?}");
        faulty.rule(Rule::next("delete", "idempotency_keys", fault.clone()));
        keys.release(&request(99, 1).held()).await.expect("released");
        assert_eq!(other.claim(&request(n + 100, 2)).await.expect("claimed"), Claim::First, "{fault:?}");
        faulty.rule(Rule::next("update", "idempotency_keys", fault.clone()));
        keys.complete(&request(n + 100, 2).held(), 201, ResourceId([n; 12])).await.expect("completed");
        let done = Claim::Done { status: 201, resource_id: ResourceId([n; 12]) };
        assert_eq!(other.claim(&request(99, 2)).await.expect("claimed"), done, "{fault:?}");
    }
    faulty.discard().await;
}

#[tokio::test]
async fn a_write_that_stays_cut_off_is_unknown_and_takes_bounded_time() {
    let faulty = Faulty::new().await;
    for (n, fault) in (1..).zip(FAULTS) {
        faulty.rule(Rule::next("insert", "models", fault.clone()).times(2));
        faulty.rule(Rule::next("find", "models", Fault::StallBefore).times(9));
        let (model, started) = (model_builder(n).build(), Instant::now());
        let unknown = faulty.models().insert(&model).await;
        assert!(matches!(unknown, Err(ModelStoreError::Store(_))), "{fault:?}: {unknown:?}");
        assert!(started.elapsed() < Duration::from_secs(10), "{fault:?}: {:?}", started.elapsed());
        faulty.proxy.heal();
        // It is there whole, or not at all.
        let found = faulty.other_models().get(model_id(n)).await.expect("read");
        assert!(found.is_none() || found == Some(model), "{fault:?}: {found:?}");
    }
    faulty.discard().await;
}
