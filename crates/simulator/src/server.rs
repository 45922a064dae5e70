//! Starting and stopping: six HTTP servers on a thread of their own.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{PayloadConfig, ServiceConfig};
use actix_web::{App, HttpServer};

use crate::book::Book;
use crate::config::{Ports, PriceMode, SimulatorConfig};
use crate::counters::Counters;
use crate::execution::{self, Executions};
use crate::faults::Faults;
use crate::gate::{self, OwnError};
use crate::locks::{lock, read, write};
use crate::market::MarketError;
use crate::order::Order;
use crate::suite::{Endpoints, Service};
use crate::world::{Shared, World, price_draws};
use crate::{accounting, connection, control, draws, order, portfolio, pricing, security};

/// Largest request body, in bytes: the services themselves set no limit below the batch of 1000.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Six ports in a row pass 65535.
    #[error("six ports in a row do not exist: {0:?}")]
    NoSuchPorts(Ports),
    /// The operating system has no seed or no thread to give.
    #[error("the operating system refuses")]
    System(#[from] io::Error),
    /// The market table is malformed.
    #[error(transparent)]
    Market(#[from] MarketError),
}

/// A running simulator. Dropping it stops it.
#[derive(Debug)]
pub struct Simulator {
    world: Shared,
    endpoints: Endpoints,
    handles: Vec<ServerHandle>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Simulator {
    /// Starts the five services and the control API on a thread of their own, whatever runtime the caller has, if any.
    /// They accept connections when this returns.
    ///
    /// # Errors
    /// [`StartError`]; nothing is left running then.
    pub fn start(config: &SimulatorConfig) -> Result<Self, StartError> {
        let seed = match config.seed {
            Some(seed) => seed,
            None => draws::fresh_seed()?,
        };
        let world = Shared::new(World {
            seed,
            book: RwLock::new(Book::generate(seed, &config.book)?),
            book_config: config.book.clone(),
            price_mode: config.prices,
            order_pacing: config.order_pacing,
            clock: config.clock.clone(),
            price_draws: Mutex::new(price_draws(seed)),
            desk: Mutex::default(),
            counters: Counters::default(),
            faults: Faults::default(),
        });
        let (listeners, addresses) = listen(config)?;
        let [accounting, pricing, portfolio, security, order, control] = addresses;
        let endpoints = Endpoints::new([accounting, pricing, portfolio, security, order], control);
        let mut servers = Vec::new();
        for (listener, part) in listeners.into_iter().zip(PARTS) {
            servers.push(part.serve(listener, world.clone(), config.workers.max(1))?);
        }
        let handles = servers.iter().map(Server::handle).collect();
        let thread = std::thread::Builder::new().name("simulator".to_owned()).spawn(move || {
            actix_web::rt::System::new().block_on(async {
                futures::future::try_join_all(servers).await?;
                Ok(())
            })
        })?;
        Ok(Self { world, endpoints, handles, thread: Some(thread) })
    }

    /// Where the services listen.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The seed that reproduces this book and these prices.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.world.seed
    }

    /// How prices answer.
    #[must_use]
    pub fn price_mode(&self) -> PriceMode {
        self.world.price_mode
    }

    /// Counts of requests.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.world.counters
    }

    /// Faults in force.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// Reads the book. Requests that change it wait meanwhile, so `look` must not wait for one, nor use the simulator.
    pub fn book<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&read(&self.world.book))
    }

    /// Changes the book. All requests wait meanwhile, so `change` must not wait for one, nor use the simulator.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        change(&mut write(&self.world.book))
    }

    /// All orders that were created, by id, those too that reads do not show yet.
    #[must_use]
    pub fn orders(&self) -> Vec<Order> {
        lock(&self.world.desk).orders().cloned().collect()
    }

    /// Executes all open orders into the book, at their limit or else the stored price, as trading would.
    #[must_use]
    pub fn execute_orders(&self) -> Executions {
        execution::execute(&self.world)
    }

    /// Brings book, prices, orders, counters and faults back to what they were at the start.
    ///
    /// # Errors
    /// [`MarketError`] when the market table is malformed, which the start would have told.
    pub fn reset(&self) -> Result<(), MarketError> {
        self.world.reset()
    }

    /// Stops all services and waits until they are gone.
    ///
    /// # Errors
    /// When a server ended before with an error.
    pub fn stop(mut self) -> io::Result<()> {
        self.shut_down()
    }

    fn shut_down(&mut self) -> io::Result<()> {
        for handle in &self.handles {
            // The command is sent by the call; the future only waits, which the join below does for all.
            drop(handle.stop(false));
        }
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the simulator's thread panicked")),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Err(error) = self.shut_down() {
            tracing::warn!(%error, "the simulator did not stop cleanly");
        }
    }
}

/// One server: a service behind its gate, or the control API, which has none.
#[derive(Clone, Copy)]
struct Part {
    gate: Option<(Service, OwnError)>,
    routes: fn(&mut ServiceConfig),
}

impl Part {
    const fn service(service: Service, own_error: OwnError, routes: fn(&mut ServiceConfig)) -> Self {
        Self { gate: Some((service, own_error)), routes }
    }

    fn serve(self, listener: TcpListener, world: Shared, workers: usize) -> io::Result<Server> {
        let server = HttpServer::new(move || {
            let world = world.clone();
            let app = App::new().app_data(world.clone()).app_data(PayloadConfig::new(BODY_LIMIT));
            app.configure(self.routes).wrap(from_fn(move |request, next| {
                let world = world.clone();
                async move {
                    match self.gate {
                        Some((service, own_error)) => gate::enter(service, own_error, world, request, next).await,
                        None => next.call(request).await.map(actix_web::dev::ServiceResponse::map_into_boxed_body),
                    }
                }
            }))
        });
        let server = server.workers(workers).keep_alive(KEEP_ALIVE).disable_signals().on_connect(connection::remember);
        Ok(server.listen(listener)?.run())
    }
}

/// The servers in the order of their ports.
const PARTS: [Part; 6] = [
    Part::service(Service::Accounting, accounting::own_error, accounting::routes),
    Part::service(Service::Pricing, pricing::own_error, pricing::routes),
    Part::service(Service::Portfolio, portfolio::own_error, portfolio::routes),
    Part::service(Service::Security, security::own_error, security::routes),
    Part::service(Service::Order, order::own_error, order::routes),
    Part { gate: None, routes: control::routes },
];

/// One listener per server; all of them or none.
fn listen(config: &SimulatorConfig) -> Result<(Vec<TcpListener>, [SocketAddr; 6]), StartError> {
    let numbers = config.ports.numbers().ok_or(StartError::NoSuchPorts(config.ports))?;
    let mut addresses = numbers.map(|port| SocketAddr::new(config.host, port));
    let mut listeners = Vec::with_capacity(addresses.len());
    for address in &mut addresses {
        let listener =
            TcpListener::bind(*address).map_err(|source| StartError::Listen { address: *address, source })?;
        *address = listener.local_addr()?;
        listeners.push(listener);
    }
    Ok((listeners, addresses))
}
