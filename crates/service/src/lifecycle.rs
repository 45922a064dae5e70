//! From start to end of a serving process.
//!
//! On SIGTERM or SIGINT: readiness turns red, no new connection is accepted, requests under way are finished within
//! `SHUTDOWN_TIMEOUT`, records that are being written are written, telemetry is flushed. A second signal ends at once.

use crate::config::Config;
use crate::stores::{CLOSE_TIMEOUT, Stores};
use crate::telemetry::Telemetry;
use crate::wiring;
use anyhow::Context;
use application::Application;
use http_adapter::{HttpConfig, HttpState, Server, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often the optimizer and the called services are tried for the health answers.
const HEALTH_INTERVAL: Duration = Duration::from_secs(10);
/// Connections that are accepted for each request that may be in progress.
const CONNECTIONS_PER_REQUEST: usize = 4;
/// How often forgotten idempotency keys are removed.
const PURGE_INTERVAL: Duration = Duration::from_hours(1);
/// Serves until told to stop.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    let telemetry = Telemetry::install(&config.telemetry)?;
    let mut signals = Signals::listen()?;
    let stores = Stores::open(&config).await?;
    let application = Arc::new(wiring::application(&config, &stores.ports, &telemetry.meter)?);
    let server = bind(&config, &telemetry, &application)?;
    let address = server.address();
    let background =
        [tokio::spawn(watch_health(Arc::clone(&application))), tokio::spawn(purge_keys(Arc::clone(&application)))];
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");

    let stopper = server.stopper();
    let mut running = tokio::spawn(server.run());
    tokio::select! {
        ended = &mut running => ended?.context("the HTTP server ended by itself")?,
        signal = signals.next() => {
            tracing::info!(signal, timeout_ms = config.drain_timeout.as_millis(), "stopping");
            application.health.drain();
            let drained = async {
                stopper.stop().await;
                application.finish_writes().await;
            };
            tokio::select! {
                () = drained => ended_well(&mut running).await?,
                signal = signals.next() => tracing::warn!(signal, "a second signal: stopping at once"),
            }
        }
    }
    background.iter().for_each(tokio::task::JoinHandle::abort);
    stores.close(CLOSE_TIMEOUT).await?;
    tracing::info!("stopped");
    // The exporters block while they send.
    tokio::task::spawn_blocking(move || telemetry.flush()).await?;
    Ok(())
}

async fn ended_well(running: &mut tokio::task::JoinHandle<std::io::Result<()>>) -> anyhow::Result<()> {
    running.await?.context("the HTTP server ended badly")
}

fn bind(config: &Config, telemetry: &Telemetry, application: &Arc<Application>) -> anyhow::Result<Server> {
    let address = SocketAddr::new(config.host, config.port);
    let exposition = telemetry.exposition.clone();
    let http = HttpConfig {
        cors_origins: config.cors_origins.clone(),
        request_timeout: config.request_timeout,
        max_in_flight: config.max_connections,
        service_name: config.telemetry.service_name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..HttpConfig::default()
    };
    let state =
        HttpState::new(Arc::clone(application), http, &telemetry.meter, Arc::new(move || Ok(exposition.text()?)));
    let settings = ServerConfig {
        address,
        workers: config.http_workers,
        max_connections: config.max_connections.saturating_mul(CONNECTIONS_PER_REQUEST),
        drain_timeout: config.drain_timeout,
    };
    Server::bind(&settings, state).with_context(|| format!("{address} cannot be listened on"))
}

async fn watch_health(application: Arc<Application>) {
    let mut interval = tokio::time::interval(HEALTH_INTERVAL);
    loop {
        interval.tick().await;
        application.health.refresh().await;
    }
}

async fn purge_keys(application: Arc<Application>) {
    let mut interval = tokio::time::interval(PURGE_INTERVAL);
    loop {
        interval.tick().await;
        match application.run_once.forget_expired().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot expired idempotency keys"),
            Err(error) => tracing::warn!(%error, "expired idempotency keys could not be removed"),
        }
    }
}

/// The signals that ask a process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
