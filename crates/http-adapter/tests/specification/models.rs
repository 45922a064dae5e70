//! `/api/v1/models` and `/api/v1/model/{id}`

use crate::world::{World, model, position};

#[actix_web::test]
async fn a_new_model_is_answered_with_its_place_and_version() {
    let world = World::new().await;
    let body = model("Growth", &[position(1, "0.60", "0.02", "0.05")], &[1, 2]);
    let answer = world.post("/api/v1/models", body).await.expect(201);
    let id = answer.json()["model_id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), format!("/api/v1/model/{id}"));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(answer.json()["version"], 1);
    assert_eq!(answer.json()["positions"][0]["target"], "0.60");
}
