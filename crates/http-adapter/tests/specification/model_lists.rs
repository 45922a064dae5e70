//! `GET /models`

use crate::world::{World, model};
use port_contracts::Fault;
use serde_json::{Value, json};

/// Models named so, created one second apart in this order.
async fn world_of(names: &[&str]) -> World {
    let world = World::new().await;
    for (n, name) in (1_u32..).zip(names) {
        world.create(model(name, &[], &[n])).await;
        world.clock.advance_ms(1000);
    }
    world
}

async fn names(world: &World, query: &str) -> Vec<String> {
    let rows = world.get(&format!("/api/v1/models{query}")).await.expect(200).json();
    rows.as_array().expect("a bare array").iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
}

#[actix_web::test]
async fn the_list_is_a_bare_array_with_its_length_in_a_header() {
    let world = World::new().await;
    let answer = world.get("/api/v1/models").await.expect(200);
    assert_eq!((answer.json(), answer.header("x-total-count")), (json!([]), "0"));
    world.create(model("A", &[], &[1])).await;
    let answer = world.get("/api/v1/models?limit=0").await.expect(200);
    assert_eq!((answer.json(), answer.header("x-total-count")), (json!([]), "1"));
}

#[actix_web::test]
async fn paging_takes_what_is_given() {
    let world = world_of(&["a", "b", "c", "d", "e"]).await;
    for (query, expected) in [
        ("", "e d c b a"),
        ("?limit=2", "e d"),
        ("?offset=3", "b a"),
        ("?offset=1&limit=2", "d c"),
        ("?limit=0", ""),
        ("?offset=5", ""),
        ("?offset=99&limit=1", ""),
        ("?offset=18446744073709551615&limit=18446744073709551615", ""),
        ("?offset=99999999999999999999999999", ""),
        ("?limit=1000000", "e d c b a"),
        ("?offset=+1", "d c b a"),
        ("?page=7&colour=blue", "e d c b a"),
    ] {
        assert_eq!(names(&world, query).await.join(" "), expected, "{query}");
        let total = world.get(&format!("/api/v1/models{query}")).await.header("x-total-count").to_owned();
        assert_eq!(total, "5", "{query}");
    }
}

#[actix_web::test]
async fn a_wrong_page_is_refused() {
    let world = world_of(&["a"]).await;
    for (query, status, code) in [
        ("?offset=-1", 400, "negative_paging"),
        ("?limit=-1", 400, "negative_paging"),
        ("?limit=-99999999999999999999999", 400, "negative_paging"),
        ("?offset=a", 422, "not_an_integer"),
        ("?limit=1.5", 422, "not_an_integer"),
        ("?limit=", 422, "not_an_integer"),
        ("?limit=0x10", 422, "not_an_integer"),
        ("?offset=-1&limit=x", 422, "not_an_integer"),
    ] {
        assert_eq!(world.get(&format!("/api/v1/models{query}")).await.problem(), (status, code.into()), "{query}");
    }
}

#[actix_web::test]
async fn models_are_sorted_as_asked() {
    let world = world_of(&["b", "c", "a"]).await;
    for (query, expected) in [
        ("?sort_by=name", "a b c"),
        ("?sort_by=-name", "c b a"),
        ("?sort_by=+name", "a b c"),
        ("?sort_by=%2Bname", "a b c"),
        ("?sort_by=model_id", "b c a"),
        ("?sort_by=-model_id", "a c b"),
        ("?sort_by=%20-name%20", "c b a"),
        ("?sort_by=,%20,name,", "a b c"),
        ("?sort_by=last_rebalance_date,-name", "c b a"),
        ("?sort_by=-last_rebalance_date,model_id", "b c a"),
        ("?sort_by=", "a c b"),
        ("?sort_by=,", "a c b"),
        ("?sort_by=name&offset=1&limit=1", "b"),
    ] {
        assert_eq!(names(&world, query).await.join(" "), expected, "{query}");
    }
}

#[actix_web::test]
async fn models_that_were_never_rebalanced_come_before_all_others() {
    let world = world_of(&["never", "late", "early"]).await;
    // The dates below are in the past.
    world.clock.advance_ms(100 * 24 * 3_600_000);
    for (name, date) in [("late", "2026-03-01T00:00:00Z"), ("early", "2026-02-01T00:00:00Z")] {
        let rows = world.get("/api/v1/models").await.json();
        let row = rows.as_array().expect("rows").iter().find(|row| row["name"] == name).cloned().expect("there");
        let mut body: Value = row.clone();
        body["last_rebalance_date"] = json!(date);
        let path = format!("/api/v1/model/{}", row["model_id"].as_str().expect("an id"));
        world.put(&path, body.to_string()).await.expect(200);
    }
    assert_eq!(names(&world, "?sort_by=last_rebalance_date").await, ["never", "early", "late"]);
    assert_eq!(names(&world, "?sort_by=-last_rebalance_date").await, ["late", "early", "never"]);
}

#[actix_web::test]
async fn an_unknown_sort_field_is_refused_with_the_valid_ones_named() {
    let world = World::new().await;
    for query in ["?sort_by=colour", "?sort_by=name,colour", "?sort_by=--name", "?sort_by=Name"] {
        let answer = world.get(&format!("/api/v1/models{query}")).await;
        assert_eq!(answer.problem(), (400, "unknown_sort_field".into()), "{query}");
        let detail = answer.json()["detail"].as_str().expect("a sentence").to_owned();
        assert!(["model_id", "name", "last_rebalance_date"].iter().all(|field| detail.contains(field)), "{detail}");
    }
}

#[actix_web::test]
async fn the_default_order_is_the_same_with_and_without_paging() {
    let world = world_of(&["a", "b", "c", "d"]).await;
    let whole = names(&world, "").await;
    let mut paged = Vec::new();
    for offset in 0..4 {
        paged.extend(names(&world, &format!("?offset={offset}&limit=1")).await);
    }
    assert_eq!(paged, whole);
}

#[actix_web::test]
async fn ids_break_ties_so_that_pages_never_repeat_or_lose_a_row() {
    let world = World::new().await;
    for n in 1..=7 {
        world.create(model(&format!("m{n}"), &[], &[n])).await;
    }
    for sort in ["", "&sort_by=last_rebalance_date", "&sort_by=-last_rebalance_date"] {
        let mut seen = Vec::new();
        for offset in (0..7).step_by(2) {
            seen.extend(names(&world, &format!("?offset={offset}&limit=2{sort}")).await);
        }
        assert_eq!(seen, ["m1", "m2", "m3", "m4", "m5", "m6", "m7"], "{sort}");
    }
}

#[actix_web::test]
async fn a_store_that_is_down_is_503_with_retry_after() {
    let world = World::new().await;
    world.model_faults.fail_always("list", Some(Fault::Unavailable));
    let answer = world.get("/api/v1/models").await;
    assert_eq!(answer.problem(), (503, "store_unavailable".into()));
    assert_eq!(answer.header("retry-after"), "5");
}
