//! The binary: starts the suite, prints where it listens, and runs until it is told to stop.

use std::io::{Read as _, Write as _};
use std::net::IpAddr;

use anyhow::Context as _;
use clap::Parser;
use serde::Serialize;
use simulator::{BookConfig, Endpoints, Ports, PriceMode, Simulator, SimulatorConfig};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// The five GlobeCo services that the order generation service calls, in one process.
///
/// Prints one line of JSON on standard output when it accepts connections: the base URLs, the seed and what the book
/// holds. Stops on SIGTERM and SIGINT.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Parser)]
#[command(name = "simulator", version)]
struct Args {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// First of six ports in a row: accounting, pricing, portfolio, security, order, control. 0 takes free ports.
    #[arg(long, value_name = "PORT", conflicts_with_all = ["accounting_port", "pricing_port", "portfolio_port",
        "security_port", "order_port", "control_port"])]
    port_base: Option<u16>,
    /// Port of the accounting service; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8087)]
    accounting_port: u16,
    /// Port of the pricing service; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8083)]
    pricing_port: u16,
    /// Port of the portfolio service; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    portfolio_port: u16,
    /// Port of the security service; 0 takes a free one. The suite's own is 8000 too, on another host.
    #[arg(long, value_name = "PORT", default_value_t = 8001)]
    security_port: u16,
    /// Port of the order service; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    order_port: u16,
    /// Port of the control API; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8090)]
    control_port: u16,
    /// Reproduces the book, the ids and the sequence of prices of an earlier run; drawn when absent.
    #[arg(long)]
    seed: Option<u64>,
    /// Number of portfolios.
    #[arg(long, value_name = "N", default_value_t = BookConfig::default().portfolios)]
    portfolios: usize,
    /// Answers the stored price on every call, instead of a new random one each time.
    #[arg(long)]
    deterministic_prices: bool,
    /// Seeds 505 securities only, as before the suite's init job adds one for each priced ticker.
    #[arg(long)]
    without_init_job: bool,
    /// Pauses 100 ms between chunks of 50 orders, as the real order service does.
    #[arg(long)]
    order_pacing: bool,
    /// Worker threads of each service.
    #[arg(long, value_name = "N", default_value_t = 1)]
    workers: usize,
    /// What to log on standard error: `warn`, or `simulator=debug` to see faults strike.
    #[arg(long, value_name = "FILTER", default_value = "warn")]
    log: EnvFilter,
    /// Stops when standard input ends, which it does when the parent process goes away.
    #[arg(long)]
    exit_with_parent: bool,
}

/// The line that tells a parent process that the simulator is ready.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Announcement<'a> {
    ready: bool,
    #[serde(flatten)]
    endpoints: &'a Endpoints,
    seed: u64,
    deterministic_prices: bool,
    portfolios: usize,
    securities: usize,
    prices: usize,
}

impl Args {
    fn config(&self) -> SimulatorConfig {
        let ports = match self.port_base {
            Some(0) => Ports::Ephemeral,
            Some(base) => Ports::From(base),
            None => Ports::Each {
                accounting: self.accounting_port,
                pricing: self.pricing_port,
                portfolio: self.portfolio_port,
                security: self.security_port,
                order: self.order_port,
                control: self.control_port,
            },
        };
        SimulatorConfig {
            seed: self.seed,
            host: self.host,
            ports,
            prices: if self.deterministic_prices { PriceMode::Deterministic } else { PriceMode::Random },
            book: BookConfig { portfolios: self.portfolios, init_job: !self.without_init_job },
            order_pacing: self.order_pacing,
            workers: self.workers,
            ..SimulatorConfig::default()
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    tracing_subscriber::fmt().with_env_filter(args.log.clone()).with_writer(std::io::stderr).init();
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen to SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen to SIGINT")?;
    let mut parent = args.exit_with_parent.then(parent_gone);
    let simulator = Simulator::start(&args.config()).context("the simulator does not start")?;
    announce(&simulator).context("cannot write to standard output")?;
    let parent_gone = async {
        match &mut parent {
            Some(gone) => gone.await.unwrap_or(()),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = parent_gone => {}
    }
    simulator.stop().context("the simulator does not stop cleanly")
}

fn announce(simulator: &Simulator) -> std::io::Result<()> {
    let (portfolios, securities, prices) =
        simulator.book(|book| (book.portfolios().len(), book.securities().len(), book.prices().len()));
    let announcement = Announcement {
        ready: true,
        endpoints: simulator.endpoints(),
        seed: simulator.seed(),
        deterministic_prices: simulator.price_mode() == PriceMode::Deterministic,
        portfolios,
        securities,
        prices,
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&announcement)?)?;
    out.flush()
}

/// Resolves when standard input ends. The thread that reads it dies with the process.
fn parent_gone() -> oneshot::Receiver<()> {
    let (gone, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 256];
        while matches!(std::io::stdin().read(&mut buffer), Ok(read) if read > 0) {}
        // Nobody waits any more when the process is stopping anyway.
        let _ = gone.send(());
    });
    receiver
}
