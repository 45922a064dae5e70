//! Every environment variable: its name, the names the previous service used, its default, what it is for. Help,
//! documentation and defaults come from here, so that they cannot differ from what is read.

/// One environment variable.
pub(crate) struct Variable {
    /// The name to set.
    pub(crate) name: &'static str,
    /// Other accepted names; the first that is set counts.
    pub(crate) aliases: &'static [&'static str],
    /// The text that is read when nothing is set; `None`: unset has a meaning of its own, said in `help`.
    pub(crate) default: Option<&'static str>,
    /// Never shown; `<name>_FILE` may name a file that holds the value.
    pub(crate) secret: bool,
    /// What it is for, with unit and range.
    pub(crate) help: &'static str,
}

const PLAIN: Variable = Variable { name: "", aliases: &[], default: None, secret: false, help: "" };

macro_rules! variables {
    ($($name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        $(pub(crate) const $name: Variable = Variable { name: stringify!($name), $($field: $value,)* ..PLAIN };)*

        /// All of them, in the order they are documented.
        pub(crate) const ALL: &[&Variable] = &[$(&$name),*];
    };
}

variables! {
    HOST { default: Some("0.0.0.0"), help: "IP address to listen on." }
    PORT { default: Some("8080"), help: "TCP port to listen on; 0 takes a free one." }
    MONGODB_URL {
        aliases: &["DATABASE_URL"],
        secret: true,
        help: "MongoDB connection string; port and database may be missing. Unset: an embedded store in DATA_DIR, on this machine only.",
    }
    DATABASE_NAME {
        default: Some("order-generation"),
        help: "MongoDB database, unless the connection string names one.",
    }
    MONGODB_MAX_POOL_SIZE { default: Some("50"), help: "Most MongoDB connections open at the same time, 1 to 10000." }
    MONGODB_TIMEOUT {
        default: Some("7s"),
        help: "Most time for one MongoDB command; a write that was cut off is read back and repeated, four commands at most.",
    }
    MONGODB_WAIT_QUEUE_TIMEOUT { default: Some("2s"), help: "Most time that a command waits for a free connection before it." }
    MONGODB_SERVER_SELECTION_TIMEOUT { default: Some("4s"), help: "Most time that a command waits for a server to be there." }
    MONGODB_CONNECT_TIMEOUT { default: Some("3s"), help: "Most time to make a connection." }
    MONGODB_APP_NAME {
        default: Some("order-generation-service"),
        help: "What the server's log calls this client; at most 128 bytes.",
    }
    DATA_DIR { default: Some("./data"), help: "Directory of the embedded store; created when missing." }
    PORTFOLIO_ACCOUNTING_URL {
        aliases: &["PORTFOLIO_ACCOUNTING_SERVICE_URL"],
        default: Some("http://globeco-portfolio-accounting-service:8087"),
        help: "Base URL of the portfolio accounting service (cash and holdings).",
    }
    PRICING_SERVICE_URL {
        aliases: &["PRICING_URL"],
        default: Some("http://globeco-pricing-service:8083"),
        help: "Base URL of the pricing service.",
    }
    PORTFOLIO_SERVICE_URL {
        aliases: &["PORTFOLIO_URL"],
        default: Some("http://globeco-portfolio-service:8000"),
        help: "Base URL of the portfolio service (names).",
    }
    SECURITY_SERVICE_URL {
        aliases: &["SECURITY_URL"],
        default: Some("http://globeco-security-service:8000"),
        help: "Base URL of the security service (tickers).",
    }
    EXTERNAL_SERVICE_TIMEOUT { default: Some("10s"), help: "Most time for one call of another service." }
    EXTERNAL_SERVICE_RETRIES { default: Some("3"), help: "Retries of a failed call after the first try, 0 to 10." }
    EXTERNAL_SERVICE_CONCURRENCY { default: Some("16"), help: "Balances that one rebalance reads at the same time, 1 to 1000." }
    OPTIMIZATION_TIMEOUT {
        default: Some("30s"),
        help: "Most time to solve one portfolio; never more than the request has left.",
    }
    REQUEST_TIMEOUT { default: Some("30s"), help: "Most time for one request; then 503 request_timeout, and nothing stored." }
    WORKER_PROCESSES { default: Some("4"), help: "HTTP worker threads, 1 to 256." }
    REBALANCING_MAX_WORKERS { help: "Solver threads, 1 to 1024. Unset: the number of cores." }
    MAX_CONNECTIONS { default: Some("1000"), help: "Most requests in progress; further ones are refused with 503, but for health and metrics. Four times as many connections are accepted." }
    SHUTDOWN_TIMEOUT { default: Some("25s"), help: "Most time to finish requests after SIGTERM." }
    CASH_RESERVE {
        default: Some("0"),
        help: "Cash that every rebalance leaves alone: an amount (5000) or a share of market value (2%).",
    }
    CORS_ORIGINS { default: Some("*"), help: "Origins that browsers may call from: a comma-separated list, or * for all (without credentials)." }
    LOG_LEVEL { default: Some("INFO"), help: "ERROR, WARN, INFO, DEBUG, TRACE, or a filter such as info,upstream_adapter=debug." }
    LOG_FORMAT { default: Some("json"), help: "json or text." }
    OTEL_COLLECTOR_GRPC_ENDPOINT {
        aliases: &["OTEL_EXPORTER_OTLP_ENDPOINT"],
        help: "OTLP/gRPC collector for traces and metrics, host:port or http://host:port. Unset: nothing is exported.",
    }
    OTEL_SERVICE_NAME { default: Some("globeco-order-generation-service"), help: "Service name in telemetry." }
    OTEL_SERVICE_NAMESPACE { help: "Service namespace in telemetry. Unset: none." }
    OTEL_RESOURCE_ATTRIBUTES { default: Some(""), help: "Further attributes of telemetry: key=value, comma-separated." }
}
