//! The server process part: sockets, worker threads, an orderly end. Callers need not know the HTTP library.

use crate::app::app;
use crate::state::HttpState;
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Idle connections are kept longer than the 75 s after which common proxies let go of theirs.
const KEEP_ALIVE: Duration = Duration::from_secs(80);
/// The most time from connecting to the end of the request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The most time for a client to close its side.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How the server listens and ends.
#[derive(Clone, Copy, Debug)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// Worker threads, at least 1.
    pub workers: usize,
    /// Open connections over all workers; further ones wait to be accepted. Far more than requests in progress: idle ones
    /// count, and callers whose request is refused must be heard.
    pub max_connections: usize,
    /// The most time to finish requests after [`Stopper::stop`].
    pub drain_timeout: Duration,
}

/// A server that listens already.
pub struct Server {
    inner: actix_web::dev::Server,
    address: SocketAddr,
}

/// Ends a server.
#[derive(Clone)]
pub struct Stopper(ServerHandle);

impl Server {
    /// Listens on the address; requests are answered once [`Server::run`] is polled.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn bind(config: &ServerConfig, state: HttpState) -> io::Result<Self> {
        let workers = config.workers.max(1);
        let server = HttpServer::new(move || app(&state))
            .workers(workers)
            .max_connections(config.max_connections.div_ceil(workers))
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_TIMEOUT)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .shutdown_timeout(config.drain_timeout.as_secs().max(1))
            .disable_signals()
            .bind(config.address)?;
        let address = server.addrs().first().copied().unwrap_or(config.address);
        Ok(Self { inner: server.run(), address })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper(self.inner.handle())
    }

    /// Answers requests until it is stopped.
    ///
    /// # Errors
    /// When a worker thread cannot go on.
    pub async fn run(self) -> io::Result<()> {
        self.inner.await
    }
}

impl Stopper {
    /// Accepts no more connections and returns when the requests under way are answered or their time is over.
    pub async fn stop(&self) {
        self.0.stop(true).await;
    }
}
