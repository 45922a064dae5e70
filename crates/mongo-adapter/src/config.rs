//! How to reach MongoDB and how long to wait for it.

use mongodb::options::{Acknowledgment, ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern};
use std::fmt;
use std::time::Duration;

/// How to reach MongoDB and how long to wait for it. Credentials come in the URL only; `Debug` shows its hosts and
/// nothing else of it.
#[derive(Clone)]
pub struct MongoConfig {
    /// `mongodb://` or `mongodb+srv://`. The port (27017) and the database may be missing; a database that is named
    /// wins over `database_default`.
    pub url: String,
    /// The database when the URL names none.
    pub database_default: String,
    /// What the server's log and `currentOp` call this client; at most 128 bytes.
    pub app_name: String,
    /// The most connections for commands, at least 1. One more is kept for the readiness ping.
    pub max_pool_size: u32,
    /// Connections kept open when idle.
    pub min_pool_size: u32,
    /// How long a command waits for a server to be there.
    pub server_selection_timeout: Duration,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How long a command waits for a free connection.
    pub wait_queue_timeout: Duration,
    /// How long one command may take, from the choice of a server to the answer. A write whose outcome is unknown is
    /// read back and repeated at most once, so that a port's call of one command takes at most four times this.
    pub operation_timeout: Duration,
    /// How long all of one rebalance may take to be written; what took longer is given up before its commit point.
    pub append_timeout: Duration,
    /// How old an unfinished write must be before it is swept: well above `append_timeout`.
    pub orphan_grace: Duration,
    /// How often unfinished writes are looked for, and whether the indexes still exist.
    pub sweep_interval: Duration,
}

impl MongoConfig {
    /// The defaults, for a server at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            database_default: "order-generation".to_owned(),
            app_name: "order-generation-service".to_owned(),
            max_pool_size: 50,
            min_pool_size: 0,
            server_selection_timeout: Duration::from_secs(4),
            connect_timeout: Duration::from_secs(3),
            wait_queue_timeout: Duration::from_secs(2),
            operation_timeout: Duration::from_secs(7),
            append_timeout: Duration::from_mins(2),
            orphan_grace: Duration::from_hours(1),
            sweep_interval: Duration::from_mins(15),
        }
    }

    /// The driver's options: the URL's, with the settings that must not depend on it.
    pub(crate) async fn client_options(&self) -> Result<ClientOptions, MongoConfigError> {
        self.check()?;
        let parsed = ClientOptions::parse(self.url.as_str()).await;
        let mut options = parsed.map_err(|error| MongoConfigError::Url(self.without_secrets(&error)))?;
        options.app_name = Some(self.app_name.clone());
        options.max_pool_size = Some(self.max_pool_size.saturating_add(1));
        options.min_pool_size = Some(self.min_pool_size);
        options.server_selection_timeout = Some(self.server_selection_timeout);
        options.connect_timeout = Some(self.connect_timeout);
        options.write_concern = Some(
            WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(self.operation_timeout).build(),
        );
        options.read_concern = Some(ReadConcern::majority());
        options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        options.retry_reads = Some(true);
        options.retry_writes = Some(true);
        let database = options.default_database.get_or_insert_with(|| self.database_default.clone());
        check_database(database)?;
        Ok(options)
    }

    fn check(&self) -> Result<(), MongoConfigError> {
        let durations = [
            ("server_selection_timeout", self.server_selection_timeout),
            ("connect_timeout", self.connect_timeout),
            ("wait_queue_timeout", self.wait_queue_timeout),
            ("operation_timeout", self.operation_timeout),
            ("append_timeout", self.append_timeout),
            ("sweep_interval", self.sweep_interval),
        ];
        if let Some((name, _)) = durations.iter().find(|(_, duration)| duration.is_zero()) {
            return Err(MongoConfigError::Setting(format!("{name} must be above zero")));
        }
        if self.max_pool_size == 0 || self.max_pool_size < self.min_pool_size {
            return Err(MongoConfigError::Setting("max_pool_size must be at least 1 and min_pool_size".to_owned()));
        }
        if self.app_name.len() > 128 {
            return Err(MongoConfigError::Setting("app_name must not be longer than 128 bytes".to_owned()));
        }
        if self.orphan_grace < self.append_timeout.saturating_mul(2) {
            return Err(MongoConfigError::Setting("orphan_grace must be at least twice append_timeout".to_owned()));
        }
        Ok(())
    }

    /// The driver's words about the URL, unless they might repeat a part of its credentials.
    fn without_secrets(&self, error: &mongodb::error::Error) -> String {
        if self.url.contains('@') {
            return "it cannot be read or resolved (the reason is left out: the URL carries credentials)".to_owned();
        }
        error.kind.to_string()
    }

    /// The hosts of the URL, which carry no secret.
    fn hosts(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
        authority.split(['/', '?']).next().unwrap_or_default()
    }
}

/// The rules of MongoDB for names of databases, on every platform it runs on.
fn check_database(name: &str) -> Result<(), MongoConfigError> {
    let forbidden = |c: char| c == '\0' || "/\\. \"$*<>:|?".contains(c);
    if name.is_empty() || name.len() > 63 || name.contains(forbidden) {
        return Err(MongoConfigError::Setting(format!("{name:?} is no name for a database")));
    }
    Ok(())
}

impl fmt::Debug for MongoConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoConfig")
            .field("hosts", &self.hosts())
            .field("database_default", &self.database_default)
            .field("app_name", &self.app_name)
            .field("max_pool_size", &self.max_pool_size)
            .field("min_pool_size", &self.min_pool_size)
            .field("server_selection_timeout", &self.server_selection_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("wait_queue_timeout", &self.wait_queue_timeout)
            .field("operation_timeout", &self.operation_timeout)
            .finish_non_exhaustive()
    }
}

/// Why a configuration cannot be used. No message repeats credentials.
#[derive(Debug, thiserror::Error)]
pub enum MongoConfigError {
    /// The URL cannot be read, or its SRV record cannot be resolved.
    #[error("the MongoDB URL cannot be used: {0}")]
    Url(String),
    /// Another setting is out of range.
    #[error("the MongoDB settings cannot be used: {0}")]
    Setting(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn options(url: &str) -> ClientOptions {
        MongoConfig::new(url).client_options().await.expect("usable")
    }

    #[tokio::test]
    async fn port_and_database_may_be_missing() {
        let options = options("mongodb://db.example").await;
        assert_eq!(options.hosts[0].to_string(), "db.example:27017");
        assert_eq!(options.default_database.as_deref(), Some("order-generation"));
    }

    #[tokio::test]
    async fn a_database_in_the_url_wins() {
        let options = options("mongodb://db.example:27018/prod?authSource=admin").await;
        assert_eq!(options.default_database.as_deref(), Some("prod"));
    }

    #[tokio::test]
    async fn the_url_cannot_weaken_concerns_or_deadlines() {
        let options = options(
            "mongodb://h/?w=0&journal=false&readConcernLevel=available&readPreference=nearest&retryWrites=false\
             &retryReads=false&serverSelectionTimeoutMS=900000",
        )
        .await;
        let write = options.write_concern.expect("set");
        assert_eq!((write.w, write.journal), (Some(Acknowledgment::Majority), Some(true)));
        assert_eq!(write.w_timeout, Some(Duration::from_secs(7)));
        assert_eq!(options.read_concern, Some(ReadConcern::majority()));
        let primary = SelectionCriteria::ReadPreference(ReadPreference::Primary);
        assert_eq!(options.selection_criteria, Some(primary));
        assert_eq!((options.retry_reads, options.retry_writes), (Some(true), Some(true)));
        assert_eq!(options.server_selection_timeout, Some(Duration::from_secs(4)));
    }

    #[tokio::test]
    async fn credentials_are_in_no_message() {
        for url in
            ["mongodb://user:s3cret@db.example:x", "mongodb://user:p@s3cret@db.example/prod?s=1", "user:s3cret@h"]
        {
            let config = MongoConfig::new(url);
            let error = config.client_options().await.expect_err(url);
            let shown = format!("{error} {error:?} {config:?}");
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        let shown =
            format!("{:?}", MongoConfig::new("mongodb://user:s3cret@a:1,b:2/prod?tlsCertificateKeyFilePassword=x"));
        assert!(shown.contains("a:1,b:2") && !shown.contains("s3cret") && !shown.contains("Password"), "{shown}");
    }

    #[tokio::test]
    async fn bad_settings_are_named() {
        type Change = fn(&mut MongoConfig);
        let cases: [(Change, &str); 6] = [
            (|c| c.operation_timeout = Duration::ZERO, "operation_timeout"),
            (|c| c.max_pool_size = 0, "max_pool_size"),
            (|c| c.min_pool_size = 51, "min_pool_size"),
            (|c| c.orphan_grace = Duration::from_mins(3), "orphan_grace"),
            (|c| c.app_name = "a".repeat(129), "app_name"),
            (|c| c.database_default = "a.b".to_owned(), "\"a.b\""),
        ];
        for (change, named) in cases {
            let mut config = MongoConfig::new("mongodb://h");
            change(&mut config);
            let error = config.client_options().await.expect_err(named);
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
