//! `claim` within the life of a key.

use super::{MINUTE, Store, claim, key, request, resource_id};
use crate::contract::at_once;
use ports::{Claim, ClaimRequest, Fingerprint};

/// “Nobody ran under this key”.
pub async fn the_first_claim_of_a_key_is_first(store: Store) {
    assert_eq!(claim(&store, &request(1, 0)).await, Claim::First);
}

/// “An earlier request is still running.”
pub async fn a_second_claim_while_the_first_runs_is_running(store: Store) {
    claim(&store, &request(1, 0)).await;
    assert_eq!(claim(&store, &request(2, 0)).await, Claim::Running);
    assert_eq!(claim(&store, &request(2, MINUTE - 1)).await, Claim::Running);
}

/// “The key was used for another request”, be it running, interrupted or done.
pub async fn a_key_with_another_request_is_reused(store: Store) {
    let other = |now| ClaimRequest { fingerprint: Fingerprint([2; 32]), ..request(2, now) };
    claim(&store, &request(1, 0)).await;
    assert_eq!(claim(&store, &other(0)).await, Claim::Reused);
    assert_eq!(claim(&store, &other(MINUTE)).await, Claim::Reused);
    assert_eq!(claim(&store, &request(3, MINUTE)).await, Claim::Interrupted(resource_id(1)));
    store.complete(&request(3, MINUTE).held(), 201, resource_id(1)).await.expect("completed");
    assert_eq!(claim(&store, &other(MINUTE)).await, Claim::Reused);
}

/// Fingerprints that differ in one bit are of other requests.
pub async fn fingerprints_are_compared_whole(store: Store) {
    claim(&store, &request(1, 0)).await;
    let mut fingerprint = request(1, 0).fingerprint;
    fingerprint.0[31] ^= 1;
    assert_eq!(claim(&store, &ClaimRequest { fingerprint, ..request(2, 0) }).await, Claim::Reused);
}

/// Keys are compared exactly, at any length.
pub async fn keys_are_compared_exactly(store: Store) {
    let (long, longer) = ("k".repeat(254), "k".repeat(255));
    for text in ["k", "K", "kk", "k/", "$k", "k.k", &long, &longer, "!\"#%&'()*+,-./:;<=>?@[\\]^_`{|}~"] {
        assert_eq!(claim(&store, &ClaimRequest { key: key(text), ..request(1, 0) }).await, Claim::First, "{text}");
    }
}

/// “of any number of concurrent first claims, exactly one is `First`.”
pub async fn exactly_one_of_many_first_claims_is_first(store: Store) {
    let results = at_once(24, |n| {
        let (store, mine) = (store.replica(n), request(u8::try_from(n).expect("small"), 0));
        async move { (mine.resource_id, store.claim(&mine).await.expect("claimed")) }
    })
    .await;
    let firsts: Vec<_> = results.iter().filter(|(_, claim)| *claim == Claim::First).collect();
    assert_eq!(firsts.len(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|(_, claim)| *claim == Claim::Running).count(), 23, "{results:?}");
    assert_eq!(claim(&store, &request(99, MINUTE)).await, Claim::Interrupted(firsts[0].0));
}

/// “of an unfinished one whose `busy_until` is not after `now`” the claim is `Interrupted`; the bound itself counts.
pub async fn an_unfinished_claim_is_interrupted_from_the_end_of_its_time(store: Store) {
    claim(&store, &request(1, 0)).await;
    assert_eq!(claim(&store, &request(2, MINUTE - 1)).await, Claim::Running);
    assert_eq!(claim(&store, &request(2, MINUTE)).await, Claim::Interrupted(resource_id(1)));
}

/// “and holds it from then on”, with its own time, until that has passed too; the resource id stays the first one.
pub async fn an_interrupted_claim_is_held_by_the_one_who_took_it(store: Store) {
    claim(&store, &request(1, 0)).await;
    claim(&store, &request(2, MINUTE)).await;
    assert_eq!(claim(&store, &request(3, 2 * MINUTE - 1)).await, Claim::Running);
    assert_eq!(claim(&store, &request(3, 2 * MINUTE)).await, Claim::Interrupted(resource_id(1)));
}

/// “exactly one claim is `Interrupted` with the stored resource id”.
pub async fn exactly_one_of_many_claims_is_interrupted(store: Store) {
    claim(&store, &request(200, 0)).await;
    let results = at_once(24, |n| {
        let (store, mine) = (store.replica(n), request(u8::try_from(n).expect("small"), MINUTE));
        async move { store.claim(&mine).await.expect("claimed") }
    })
    .await;
    let interrupted = results.iter().filter(|claim| **claim == Claim::Interrupted(resource_id(200))).count();
    let running = results.iter().filter(|claim| **claim == Claim::Running).count();
    assert_eq!((interrupted, running), (1, 23), "{results:?}");
}
