//! Configuration from the environment. This is the only place that reads it; every problem is reported at once, by
//! variable name, before anything starts.

mod documentation;
mod parsers;
mod reader;
mod variables;

pub(crate) use documentation::{help_text, markdown};
pub(crate) use variables::Variable;

use domain::Reserve;
use reader::Reader;
use std::ffi::OsString;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;
use upstream_adapter::UpstreamUrls;
use variables as v;

/// A text that must not be shown.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

/// Where models and rebalances are kept.
#[derive(Clone, Debug)]
pub(crate) enum StoreConfig {
    /// One file on this machine.
    Embedded {
        /// The directory of the file.
        data_dir: PathBuf,
    },
    /// A MongoDB server.
    Mongo {
        /// The connection string, credentials included.
        url: Secret,
        /// The database, unless the connection string names one.
        database: String,
        /// The most connections that are open at the same time.
        max_pool_size: u32,
        /// The most time that one command may take.
        timeout: Duration,
        /// The most time that it waits for a free connection.
        wait_queue_timeout: Duration,
        /// The most time that it waits for a server.
        server_selection_timeout: Duration,
        /// The most time that a connection takes to be made.
        connect_timeout: Duration,
        /// What the server calls this client.
        app_name: String,
    },
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Json,
    Text,
}

/// Where telemetry goes, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct TelemetryConfig {
    pub(crate) log_level: String,
    pub(crate) log_format: LogFormat,
    pub(crate) otlp_endpoint: Option<String>,
    pub(crate) service_name: String,
    pub(crate) resource: Vec<(String, String)>,
}

/// Everything that can be configured.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) store: StoreConfig,
    pub(crate) urls: UpstreamUrls,
    pub(crate) upstream_timeout: Duration,
    pub(crate) upstream_retries: u32,
    pub(crate) parallel_reads: NonZeroUsize,
    pub(crate) optimization_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) http_workers: usize,
    pub(crate) solver_workers: usize,
    pub(crate) max_connections: usize,
    pub(crate) drain_timeout: Duration,
    pub(crate) reserve: Reserve,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) telemetry: TelemetryConfig,
}

/// What is wrong with the configuration, one line per variable.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration has {} problem(s):\n{}", .0.len(), .0.join("\n"))]
pub(crate) struct ConfigError(pub(crate) Vec<String>);

impl Config {
    /// Reads the process's environment.
    pub(crate) fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(&|name| std::env::var_os(name))
    }

    /// Reads variables through `lookup`.
    pub(crate) fn from_lookup(lookup: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(lookup);
        let r = &mut reader;
        let config = Self::read(r);
        match (config, reader.finish()) {
            (Some(config), Ok(())) => Ok(config),
            (_, Err(error)) => Err(error),
            (None, Ok(())) => Err(ConfigError(vec!["a variable could not be read".to_owned()])),
        }
    }

    /// `None` when a problem was noted; each line is evaluated all the same, so that all problems are found.
    fn read(r: &mut Reader<'_>) -> Option<Self> {
        let host = r.required(&v::HOST, parsers::address);
        let port = r.required(&v::PORT, parsers::port);
        let store = read_store(r);
        let accounting = r.required(&v::PORTFOLIO_ACCOUNTING_URL, parsers::base_url);
        let pricing = r.required(&v::PRICING_SERVICE_URL, parsers::base_url);
        let portfolio = r.required(&v::PORTFOLIO_SERVICE_URL, parsers::base_url);
        let security = r.required(&v::SECURITY_SERVICE_URL, parsers::base_url);
        let upstream_timeout = r.required(&v::EXTERNAL_SERVICE_TIMEOUT, parsers::positive_duration);
        let upstream_retries = r.required(&v::EXTERNAL_SERVICE_RETRIES, |text| parsers::count(text, 0, 10));
        let parallel_reads = r.required(&v::EXTERNAL_SERVICE_CONCURRENCY, |text| parsers::count(text, 1, 1_000));
        let optimization_timeout = r.required(&v::OPTIMIZATION_TIMEOUT, parsers::positive_duration);
        let request_timeout = r.required(&v::REQUEST_TIMEOUT, parsers::positive_duration);
        let http_workers = r.required(&v::WORKER_PROCESSES, |text| parsers::count(text, 1, 256));
        let solver_workers = r.optional(&v::REBALANCING_MAX_WORKERS, |text| parsers::count(text, 1, 1_024));
        let max_connections = r.required(&v::MAX_CONNECTIONS, |text| parsers::count(text, 1, 1_000_000));
        let drain_timeout = r.required(&v::SHUTDOWN_TIMEOUT, parsers::positive_duration);
        let reserve = r.required(&v::CASH_RESERVE, parsers::reserve);
        let cors_origins = r.required(&v::CORS_ORIGINS, parsers::origins);
        let telemetry = read_telemetry(r);
        Some(Self {
            host: host?,
            port: port?,
            store: store?,
            urls: UpstreamUrls {
                portfolio_accounting: accounting?,
                pricing: pricing?,
                portfolio: portfolio?,
                security: security?,
            },
            upstream_timeout: upstream_timeout?,
            upstream_retries: u32::try_from(upstream_retries?).ok()?,
            parallel_reads: NonZeroUsize::new(parallel_reads?)?,
            optimization_timeout: optimization_timeout?,
            request_timeout: request_timeout?,
            http_workers: http_workers?,
            solver_workers: solver_workers.unwrap_or_else(cores),
            max_connections: max_connections?,
            drain_timeout: drain_timeout?,
            reserve: reserve?,
            cors_origins: cors_origins?,
            telemetry: telemetry?,
        })
    }
}

fn read_store(r: &mut Reader<'_>) -> Option<StoreConfig> {
    let data_dir = r.required(&v::DATA_DIR, |text| Ok(PathBuf::from(text)));
    let url = r.optional(&v::MONGODB_URL, parsers::mongodb_url);
    let database = r.required(&v::DATABASE_NAME, parsers::database_name);
    let max_pool_size = r.required(&v::MONGODB_MAX_POOL_SIZE, |text| parsers::count(text, 1, 10_000));
    let timeout = r.required(&v::MONGODB_TIMEOUT, parsers::positive_duration);
    let wait_queue_timeout = r.required(&v::MONGODB_WAIT_QUEUE_TIMEOUT, parsers::positive_duration);
    let server_selection_timeout = r.required(&v::MONGODB_SERVER_SELECTION_TIMEOUT, parsers::positive_duration);
    let connect_timeout = r.required(&v::MONGODB_CONNECT_TIMEOUT, parsers::positive_duration);
    let app_name = r.required(&v::MONGODB_APP_NAME, |text| Ok(text.to_owned()));
    match url {
        None => Some(StoreConfig::Embedded { data_dir: data_dir? }),
        Some(url) => Some(StoreConfig::Mongo {
            url,
            database: database?,
            max_pool_size: u32::try_from(max_pool_size?).ok()?,
            timeout: timeout?,
            wait_queue_timeout: wait_queue_timeout?,
            server_selection_timeout: server_selection_timeout?,
            connect_timeout: connect_timeout?,
            app_name: app_name?,
        }),
    }
}

fn read_telemetry(r: &mut Reader<'_>) -> Option<TelemetryConfig> {
    let log_level = r.required(&v::LOG_LEVEL, parsers::log_level);
    let log_format = r.required(&v::LOG_FORMAT, parsers::log_format);
    let otlp_endpoint = r.optional(&v::OTEL_COLLECTOR_GRPC_ENDPOINT, parsers::otlp_endpoint);
    let service_name = r.required(&v::OTEL_SERVICE_NAME, |text| Ok(text.to_owned()));
    let namespace = r.optional(&v::OTEL_SERVICE_NAMESPACE, |text| Ok(text.to_owned()));
    let attributes = r.required(&v::OTEL_RESOURCE_ATTRIBUTES, parsers::attributes);
    let mut resource = attributes?;
    resource.extend(namespace.map(|namespace| ("service.namespace".to_owned(), namespace)));
    Some(TelemetryConfig {
        log_level: log_level?,
        log_format: log_format?,
        otlp_endpoint,
        service_name: service_name?,
        resource,
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}

#[cfg(test)]
mod tests;
