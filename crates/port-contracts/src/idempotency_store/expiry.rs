//! The end of a key's life.

use super::{DAY, MINUTE, Store, claim, key, request, resource_id};
use crate::builders::at;
use crate::contract::at_once;
use ports::{Claim, ClaimRequest, Fingerprint};

/// “A key whose `expires_at` is not after `now` counts as never used”: done or not, for any request.
pub async fn an_expired_key_counts_as_never_used(store: Store) {
    claim(&store, &request(1, 0)).await;
    store.complete(&request(1, 0).held(), 201, resource_id(1)).await.expect("completed");
    let answer = Claim::Done { status: 201, resource_id: resource_id(1) };
    assert_eq!(claim(&store, &request(2, DAY - 1)).await, answer);
    let other = ClaimRequest { fingerprint: Fingerprint([7; 32]), ..request(2, DAY) };
    assert_eq!(claim(&store, &other).await, Claim::First);
    assert_eq!(claim(&store, &ClaimRequest { resource_id: resource_id(3), ..other }).await, Claim::Running);
}

/// Also when its request never ended: the id of the old one is forgotten.
pub async fn an_expired_claim_that_never_ended_counts_as_never_used(store: Store) {
    claim(&store, &request(1, 0)).await;
    assert_eq!(claim(&store, &request(2, DAY)).await, Claim::First);
    assert_eq!(claim(&store, &request(3, DAY + MINUTE)).await, Claim::Interrupted(resource_id(2)));
}

/// Of many that find an expired key, one is first.
pub async fn exactly_one_of_many_claims_of_an_expired_key_is_first(store: Store) {
    claim(&store, &request(200, 0)).await;
    let results = at_once(24, |n| {
        let (store, mine) = (store.replica(n), request(u8::try_from(n).expect("small"), DAY));
        async move { store.claim(&mine).await.expect("claimed") }
    })
    .await;
    let first = results.iter().filter(|claim| **claim == Claim::First).count();
    let running = results.iter().filter(|claim| **claim == Claim::Running).count();
    assert_eq!((first, running), (1, 23), "{results:?}");
}

/// “Forgets all keys whose `expires_at` is not after `now`; returns how many.”
pub async fn purge_forgets_expired_keys_and_counts_them(store: Store) {
    for (n, hours) in [(1_u8, 1), (2, 2), (3, 2), (4, 3)] {
        let expires_at = at(hours * 60 * MINUTE);
        let mine = ClaimRequest { key: key(&format!("key {n}").replace(' ', "-")), expires_at, ..request(n, 0) };
        claim(&store, &mine).await;
        if n % 2 == 0 {
            store.complete(&mine.held(), 200, mine.resource_id).await.expect("completed");
        }
    }
    assert_eq!(store.purge(at(60 * MINUTE - 1)).await.expect("purged"), 0);
    assert_eq!(store.purge(at(2 * 60 * MINUTE)).await.expect("purged"), 3);
    assert_eq!(store.purge(at(2 * 60 * MINUTE)).await.expect("purged"), 0);
    let kept = ClaimRequest { key: key("key-4"), ..request(9, 0) };
    assert_eq!(claim(&store, &kept).await, Claim::Done { status: 200, resource_id: resource_id(4) });
    let gone = ClaimRequest { key: key("key-2"), ..request(9, 0) };
    assert_eq!(claim(&store, &gone).await, Claim::First);
}

/// A key that was claimed anew lives as long as its new claim says.
pub async fn purge_spares_a_key_that_was_claimed_anew(store: Store) {
    claim(&store, &request(1, 0)).await;
    claim(&store, &request(2, DAY)).await;
    assert_eq!(store.purge(at(DAY)).await.expect("purged"), 0);
    assert_eq!(claim(&store, &request(3, DAY)).await, Claim::Running);
}

/// Many keys are forgotten at once.
pub async fn purge_forgets_many_keys(store: Store) {
    for n in 0..150_u8 {
        claim(&store, &ClaimRequest { key: key(&format!("many-{n}")), ..request(n, 0) }).await;
    }
    assert_eq!(store.purge(at(DAY)).await.expect("purged"), 150);
}
