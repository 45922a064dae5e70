//! The processes that are measured: the simulated suite and the service, on loopback ports, in a folder of their own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::client::{Client, Request};

const PATIENCE: Duration = Duration::from_secs(30);

/// What the simulator says when it is ready.
#[derive(Debug, Deserialize)]
struct Ready {
    accounting: String,
    pricing: String,
    portfolio: String,
    security: String,
    control: String,
}

/// The running processes; stopped when this goes out of scope.
#[derive(Debug)]
pub(crate) struct Stand {
    /// The service.
    pub(crate) service: Client,
    /// The simulator's control API.
    pub(crate) control: Client,
    service_process: Process,
    _simulator_process: Process,
    folder: Folder,
}

#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left lies in the system's temporary folder.
        drop(fs::remove_dir_all(&self.0));
    }
}

impl Stand {
    /// Starts both with a book of so many portfolios, and waits until the service is ready.
    pub(crate) fn start(simulator: &Path, service: &Path, mongodb: Option<&str>, portfolios: usize) -> Result<Self> {
        let mut command = Command::new(simulator);
        command.args(["--port-base", "0", "--seed", "7", "--deterministic-prices", "--exit-with-parent"]);
        command.args(["--portfolios", &portfolios.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut simulator = Process(command.spawn().with_context(|| format!("cannot start {}", simulator.display()))?);
        let ready = ready_line(&mut simulator.0).context("the simulator did not say that it is ready")?;
        let folder = Folder(std::env::temp_dir().join(format!("globeco-perf-{}", std::process::id())));
        fs::create_dir_all(&folder.0)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(service);
        let log = fs::File::create(folder.0.join("service.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        command.env("HOST", "127.0.0.1").env("PORT", port.to_string()).env("LOG_LEVEL", "warn");
        command.env("DATA_DIR", &folder.0).env("REQUEST_TIMEOUT", "120s");
        command.env("PORTFOLIO_ACCOUNTING_URL", ready.accounting).env("PRICING_SERVICE_URL", ready.pricing);
        command.env("PORTFOLIO_SERVICE_URL", ready.portfolio).env("SECURITY_SERVICE_URL", ready.security);
        if let Some(url) = mongodb {
            let database = format!("perf-{}", std::process::id());
            command.env("MONGODB_URL", url).env("DATABASE_NAME", database);
        }
        let mut process = Process(command.spawn().with_context(|| format!("cannot start {}", service.display()))?);
        let service = Client::new(&format!("http://127.0.0.1:{port}"));
        await_ready(&mut process.0, &service)?;
        let control = Client::new(&ready.control);
        Ok(Self { service, control, service_process: process, _simulator_process: simulator, folder })
    }

    /// The service's process.
    pub(crate) fn service_id(&self) -> u32 {
        self.service_process.0.id()
    }

    /// Stops everything and checks that the service has not died before.
    pub(crate) fn stop(mut self) -> Result<()> {
        if let Some(status) = self.service_process.0.try_wait()? {
            let log = fs::read_to_string(self.folder.0.join("service.log")).unwrap_or_default();
            bail!("the service ended while it was measured ({status}):\n{log}");
        }
        Ok(())
    }
}

fn ready_line(simulator: &mut Child) -> Result<Ready> {
    let stdout = simulator.stdout.take().context("it has no standard output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))
}

fn await_ready(process: &mut Child, service: &Client) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = process.try_wait()? {
            bail!("the service ended before it was ready: {status}");
        }
        match service.send(&Request::Get("/health/ready".into())) {
            Ok((200, _)) => return Ok(()),
            _ if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
            Ok((status, _)) => bail!("the service is not ready after {} s: {status}", PATIENCE.as_secs()),
            Err(error) => return Err(error.context("the service is not ready")),
        }
    }
}
