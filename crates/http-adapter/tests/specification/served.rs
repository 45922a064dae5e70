//! What only shows on a real connection: streams that are cut, bytes that are not sent, memory that is not used.

use crate::world::{World, model};
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use futures::StreamExt;
use http_adapter::app;
use port_contracts::builders::{model_id, portfolio_id, rebalance_id};
use port_contracts::{Fault, rebalance_builder};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The service of a world on a loopback port.
fn served(world: &World) -> (SocketAddr, ServerHandle) {
    let state = world.state.clone();
    let server = HttpServer::new(move || app(&state)).workers(1).bind(("127.0.0.1", 0)).expect("a port");
    let address = server.addrs()[0];
    let server = server.disable_signals().run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    (address, handle)
}

/// Everything that comes back for this request on a connection of its own.
async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    connection.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    // A connection that is cut ends the answer as well.
    let _end =
        tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut answer)).await.expect("an end");
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
}

/// Three rebalances, each much larger than what is gathered before it is sent.
async fn world_of_large_ones() -> World {
    let world = World::new().await;
    for n in 1..=3 {
        let rebalance = rebalance_builder(n).portfolios(1..=20).positions(50).build();
        world.stores.rebalances.append(&rebalance).await.expect("room");
    }
    world
}

#[actix_web::test]
async fn a_whole_stream_ends_properly() {
    let world = world_of_large_ones().await;
    let (address, server) = served(&world);
    let answer = exchange(address, &request("GET", "/api/v1/rebalances")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n0\r\n\r\n"), "{}", &answer[..200]);
    server.stop(false).await;
}

#[actix_web::test]
async fn a_stream_that_fails_is_cut_and_never_ends_as_valid_json() {
    let world = world_of_large_ones().await;
    let (address, server) = served(&world);
    let at_the_end = format!("/api/v1/rebalance/{}", rebalance_id(1));
    for (path, call, fault) in
        [("/api/v1/rebalances", 3, Fault::Unavailable), (at_the_end.as_str(), 1, Fault::TimeoutAfterwards)]
    {
        world.rebalance_faults.fail_call("portfolios", call, fault);
        let answer = exchange(address, &request("GET", path)).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: the first bytes were fine");
        assert!(answer.len() > 64 * 1024 && !answer.ends_with("0\r\n\r\n"), "{path}: {} bytes", answer.len());
    }
    server.stop(false).await;
}

#[actix_web::test]
async fn head_sends_no_body() {
    let world = world_of_large_ones().await;
    let (address, server) = served(&world);
    for path in ["/api/v1/rebalances", "/api/v1/models", "/openapi.json", "/nowhere"] {
        let answer = exchange(address, &request("HEAD", path)).await;
        assert!(answer.ends_with("\r\n\r\n") && answer.matches("\r\n\r\n").count() == 1, "{path}: {answer}");
    }
    server.stop(false).await;
}

#[actix_web::test]
async fn a_caller_who_sends_too_much_can_read_why() {
    let world = World::new().await;
    let (address, server) = served(&world);
    let body = model(&"x".repeat(2 * 1024 * 1024), &[], &[1]);
    let head = format!(
        "POST /api/v1/models HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    connection.write_all(head.as_bytes()).await.expect("it reads");
    // It may answer and close before the whole body is out.
    let _cut = connection.write_all(body.as_bytes()).await;
    let mut first = [0; 32];
    let read = connection.read(&mut first).await.expect("an answer");
    assert!(first[..read].starts_with(b"HTTP/1.1 413"), "{:?}", String::from_utf8_lossy(&first));
    server.stop(false).await;
}

/// Every route that takes a body, from the document itself: a caller who sends the first byte and then nothing is told that
/// the time is over, whatever the route does afterwards.
#[actix_web::test]
async fn a_body_that_never_ends_is_timed_out_on_every_route() {
    let world = World::with(|config| config.request_timeout = Duration::from_millis(250)).await;
    let (address, server) = served(&world);
    let document = world.get("/openapi.json").await.json();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for method in ["post", "put", "delete"] {
            let operation = &operations[method];
            if operation.is_object() && (method == "post" || operation["requestBody"].is_object()) {
                let path = path
                    .replace("{portfolio_id}", &portfolio_id(1).to_string())
                    .replace("{model_id}", &model_id(1).to_string());
                routes.push((method.to_uppercase(), path));
            }
        }
    }
    assert!(routes.len() >= 12, "{routes:?}");
    let answers = routes.into_iter().map(|(method, path)| async move {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n{{");
        let mut connection = TcpStream::connect(address).await.expect("it listens");
        connection.write_all(head.as_bytes()).await.expect("it reads");
        let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
        while !String::from_utf8_lossy(&answer).contains("request_timeout") {
            match connection.read(&mut buffer).await {
                Ok(read) if read > 0 => answer.extend_from_slice(&buffer[..read]),
                _ => break,
            }
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("request_timeout"), "{method} {path}: {answer}");
    });
    futures::future::join_all(answers).await;
    server.stop(false).await;
}

#[actix_web::test]
async fn connections_are_kept_for_the_next_request() {
    let world = World::new().await;
    let (address, server) = served(&world);
    let mut connection = TcpStream::connect(address).await.expect("it listens");
    for _ in 0..3 {
        connection.write_all(b"GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("it reads");
        let mut answer = [0; 4096];
        let read = connection.read(&mut answer).await.expect("an answer");
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
    }
    server.stop(false).await;
}

/// The page of the contract: 20 rebalances × 100 portfolios × 50 positions, in chunks that stay small.
#[actix_web::test]
async fn a_page_of_39_megabytes_is_written_in_small_chunks() {
    let world = World::new().await;
    for n in 1..=20 {
        let rebalance = rebalance_builder(n).portfolios(1..=100).positions(50).build();
        world.stores.rebalances.append(&rebalance).await.expect("room");
    }
    let mut body = world.body("/api/v1/rebalances?limit=20").await;
    let (mut bytes, mut largest, mut calls_at_first) = (0, 0, None);
    while let Some(chunk) = body.next().await {
        calls_at_first.get_or_insert(world.rebalance_faults.calls("portfolios"));
        bytes += chunk.len();
        largest = largest.max(chunk.len());
    }
    assert!(bytes > 35_000_000, "{bytes} bytes");
    assert!(largest < 256 * 1024, "a chunk of {largest} bytes");
    assert_eq!(calls_at_first, Some(1), "nothing is read ahead");
}
