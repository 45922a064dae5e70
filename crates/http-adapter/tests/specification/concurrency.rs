//! Callers that meet.

use crate::world::{World, model, position};
use futures::future::join_all;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const MODELS: &str = "/api/v1/models";

fn statuses(answers: &[crate::world::Answer]) -> (usize, usize) {
    let with = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    (with(200) + with(201), with(409))
}

fn update(name: &str, version: u32) -> String {
    let mut body: Value = serde_json::from_str(&model(name, &[], &[1])).expect("JSON");
    body["version"] = json!(version);
    body.to_string()
}

#[actix_web::test]
async fn of_many_updates_of_one_version_exactly_one_succeeds() {
    let world = World::new().await;
    let path = format!("/api/v1/model/{}", world.create(model("M", &[], &[1])).await);
    for version in 1..=5 {
        let bodies: Vec<_> = (0..20).map(|n| update(&format!("M{n}"), version)).collect();
        let answers = join_all(bodies.iter().map(|body| world.put(&path, body))).await;
        assert_eq!(statuses(&answers), (1, 19));
        let winner = answers.iter().find(|answer| answer.status == 200).expect("one");
        assert_eq!(world.get(&path).await.json(), winner.json());
    }
}

#[actix_web::test]
async fn of_many_creations_with_one_name_exactly_one_succeeds() {
    let world = World::new().await;
    let answers = join_all((1..=20).map(|n| world.post(MODELS, model("Same", &[], &[n])))).await;
    assert_eq!(statuses(&answers), (1, 19));
    assert_eq!(world.get(MODELS).await.header("x-total-count"), "1");
}

#[actix_web::test]
async fn of_many_requests_under_one_key_one_runs() {
    let world = World::new().await;
    let body = model("Keyed", &[], &[1]);
    let answers = join_all((0..20).map(|_| world.keyed("k", MODELS, &body))).await;
    let (done, waiting) = statuses(&answers);
    assert!(done >= 1 && done + waiting == 20, "{done} + {waiting}");
    assert_eq!(world.get(MODELS).await.header("x-total-count"), "1");
}

#[actix_web::test]
async fn concurrent_additions_all_succeed() {
    let world = World::new().await;
    let path = format!("/api/v1/model/{}", world.create(model("M", &[], &[1])).await);
    let positions = join_all((1..=40).map(|n| {
        let (at, body) = (format!("{path}/position"), position(n, "0.02", "0", "0"));
        let world = &world;
        async move { world.post(&at, body).await }
    }));
    let portfolios = join_all((2..=20).map(|n| {
        let id = port_contracts::builders::portfolio_id(n).to_string();
        let (at, body) = (format!("{path}/portfolio"), json!({"portfolios": [id]}).to_string());
        let world = &world;
        async move { world.post(&at, body).await }
    }));
    let (positions, portfolios) = futures::join!(positions, portfolios);
    assert_eq!((statuses(&positions), statuses(&portfolios)), ((40, 0), (19, 0)));
    let now = world.get(&path).await.json();
    let count = |member: &str| now[member].as_array().map(Vec::len);
    assert_eq!((count("positions"), count("portfolios"), &now["version"]), (Some(40), Some(20), &json!(60)));
}

#[actix_web::test]
async fn one_of_two_concurrent_deletions_succeeds() {
    let world = World::new().await;
    let path = format!("/api/v1/model/{}?version=1", world.create(model("M", &[], &[1])).await);
    let answers = join_all((0..10).map(|_| world.delete(&path))).await;
    let gone = answers.iter().filter(|answer| answer.status == 204).count();
    let missing = answers.iter().filter(|answer| answer.status == 404).count();
    assert_eq!((gone, missing), (1, 9));
}

#[actix_web::test]
async fn a_walk_through_the_pages_sees_each_row_once_while_rows_are_changed() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 1..=20 {
        ids.push(world.create(model(&format!("M{n}"), &[], &[n])).await);
        world.clock.advance_ms(1000);
    }
    for sort in ["", "&sort_by=model_id", "&sort_by=-model_id"] {
        let mut seen = Vec::new();
        for offset in (0..20).step_by(3) {
            let page = world.get(&format!("{MODELS}?offset={offset}&limit=3{sort}")).await.expect(200).json();
            seen.extend(page.as_array().expect("rows").iter().map(|row| row["model_id"].to_string()));
            // Between any two pages every model changes: its content, version and time of change.
            for (n, id) in ids.iter().enumerate() {
                let path = format!("/api/v1/model/{id}");
                let version = world.get(&path).await.json()["version"].as_u64().expect("a version");
                let body = update(&format!("M{n}-{version}"), u32::try_from(version).expect("small"));
                world.put(&path, body).await.expect(200);
            }
        }
        let once: BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), once.len()), (20, 20), "{sort}");
    }
}

#[actix_web::test]
async fn a_walk_in_order_of_ids_sees_each_row_once_while_rows_are_added() {
    let world = World::new().await;
    for n in 1..=10 {
        world.create(model(&format!("M{n}"), &[], &[n])).await;
    }
    let (mut seen, mut offset) = (Vec::new(), 0);
    loop {
        let page = world.get(&format!("{MODELS}?offset={offset}&limit=3&sort_by=model_id")).await.expect(200).json();
        let rows = page.as_array().expect("rows").clone();
        if rows.is_empty() {
            break;
        }
        offset += rows.len();
        seen.extend(rows.iter().map(|row| row["model_id"].to_string()));
        if offset < 20 {
            world.create(model(&format!("New {offset}"), &[], &[1])).await;
        }
    }
    let once: BTreeSet<_> = seen.iter().collect();
    assert_eq!(once.len(), seen.len());
    assert_eq!(world.get(MODELS).await.header("x-total-count"), seen.len().to_string());
}
