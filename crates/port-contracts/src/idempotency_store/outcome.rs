//! `complete` and `release`.

use super::{MINUTE, Store, claim, key, request, resource_id};
use crate::contract::at_once;
use ports::{Claim, ClaimRequest};

/// “An earlier request ended with this status and created, or changed, this resource.”
pub async fn a_completed_request_is_done_with_its_answer(store: Store) {
    claim(&store, &request(1, 0)).await;
    store.complete(&request(1, 0).held(), 201, resource_id(1)).await.expect("completed");
    for now in [0, MINUTE, 100 * MINUTE] {
        let answer = Claim::Done { status: 201, resource_id: resource_id(1) };
        assert_eq!(claim(&store, &request(2, now)).await, answer, "after {now} ms");
    }
}

/// “what it created or changed” may be another resource than the one it was to create; any status is kept.
pub async fn complete_remembers_the_resource_it_is_given(store: Store) {
    claim(&store, &request(1, 0)).await;
    store.complete(&request(1, 0).held(), 599, resource_id(9)).await.expect("completed");
    let answer = Claim::Done { status: 599, resource_id: resource_id(9) };
    assert_eq!(claim(&store, &request(2, 0)).await, answer);
}

/// One who took over an interrupted request completes it.
pub async fn an_interrupted_request_can_be_completed(store: Store) {
    claim(&store, &request(1, 0)).await;
    claim(&store, &request(2, MINUTE)).await;
    store.complete(&request(2, MINUTE).held(), 200, resource_id(1)).await.expect("completed");
    let answer = Claim::Done { status: 200, resource_id: resource_id(1) };
    assert_eq!(claim(&store, &request(3, MINUTE)).await, answer);
}

/// “Unknown keys are left alone.”
pub async fn complete_of_an_unknown_key_does_nothing(store: Store) {
    store.complete(&request(1, 0).held(), 201, resource_id(1)).await.expect("accepted");
    assert_eq!(claim(&store, &request(2, 0)).await, Claim::First);
}

/// Completing one key leaves the others running.
pub async fn complete_concerns_one_key_only(store: Store) {
    let other = ClaimRequest { key: key("other"), ..request(2, 0) };
    claim(&store, &request(1, 0)).await;
    claim(&store, &other).await;
    store.complete(&request(1, 0).held(), 201, resource_id(1)).await.expect("completed");
    assert_eq!(claim(&store, &other).await, Claim::Running);
}

/// “Forgets a claim whose request failed without an effect.”
pub async fn release_forgets_a_claim(store: Store) {
    claim(&store, &request(1, 0)).await;
    store.release(&request(1, 0).held()).await.expect("released");
    assert_eq!(claim(&store, &request(2, 0)).await, Claim::First);
    assert_eq!(claim(&store, &request(3, MINUTE)).await, Claim::Interrupted(resource_id(2)));
}

/// “A finished one is left alone.”
pub async fn release_leaves_a_finished_request_alone(store: Store) {
    claim(&store, &request(1, 0)).await;
    store.complete(&request(1, 0).held(), 201, resource_id(1)).await.expect("completed");
    store.release(&request(1, 0).held()).await.expect("accepted");
    let answer = Claim::Done { status: 201, resource_id: resource_id(1) };
    assert_eq!(claim(&store, &request(2, 0)).await, answer);
}

/// Releasing a key that nobody holds is no error.
pub async fn release_of_an_unknown_key_does_nothing(store: Store) {
    store.release(&request(1, 0).held()).await.expect("accepted");
    assert_eq!(claim(&store, &request(1, 0)).await, Claim::First);
}

/// Of many that find a released key, one is first.
pub async fn exactly_one_of_many_claims_after_a_release_is_first(store: Store) {
    claim(&store, &request(1, 0)).await;
    store.release(&request(1, 0).held()).await.expect("released");
    let results = at_once(16, |n| {
        let (store, mine) = (store.replica(n), request(u8::try_from(n).expect("small"), 0));
        async move { store.claim(&mine).await.expect("claimed") }
    })
    .await;
    assert_eq!(results.iter().filter(|claim| **claim == Claim::First).count(), 1, "{results:?}");
}

/// “or that another claim has taken over since, is left alone”: neither its answer nor its failure is the successor's.
pub async fn a_claim_that_was_taken_over_changes_nothing(store: Store) {
    claim(&store, &request(1, 0)).await;
    claim(&store, &request(2, MINUTE)).await;
    store.complete(&request(1, 0).held(), 201, resource_id(1)).await.expect("accepted");
    assert_eq!(claim(&store, &request(3, MINUTE)).await, Claim::Running);
    store.release(&request(1, 0).held()).await.expect("accepted");
    assert_eq!(claim(&store, &request(3, MINUTE)).await, Claim::Running);
    store.complete(&request(2, MINUTE).held(), 200, resource_id(1)).await.expect("completed");
    let answer = Claim::Done { status: 200, resource_id: resource_id(1) };
    store.complete(&request(1, 0).held(), 201, resource_id(9)).await.expect("accepted");
    assert_eq!(claim(&store, &request(3, MINUTE)).await, answer);
}
