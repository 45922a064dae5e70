//! What the environment says is what the service does, and every mistake is named at once.

use super::*;
use domain::Decimal;
use std::collections::HashMap;

fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let map: HashMap<String, OsString> = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
    Config::from_lookup(&|name| map.get(name).cloned())
}

#[test]
fn without_variables_the_in_cluster_names_and_the_embedded_store_are_used() {
    let config = read(&[]).expect("defaults are valid");
    assert_eq!((config.port, config.http_workers, config.max_connections), (8080, 4, 1000));
    assert_eq!(config.urls, UpstreamUrls::default());
    assert_eq!(config.optimization_timeout, Duration::from_secs(30));
    assert!(matches!(config.store, StoreConfig::Embedded { data_dir } if data_dir.as_os_str() == "./data"));
    assert!(config.solver_workers >= 1 && config.cors_origins.is_empty());
}

#[test]
fn the_chart_of_the_previous_service_is_understood() {
    let config = read(&[
        ("MONGODB_URL", "mongodb://globeco-order-generation-service-mongodb"),
        ("DATABASE_NAME", "prod"),
        ("LOG_LEVEL", "INFO"),
        ("OTEL_COLLECTOR_GRPC_ENDPOINT", "10.0.0.7:4317"),
        ("OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.ip=10.1.2.3, k8s.pod.name=ogs-0, k8s.namespace.name=globeco"),
        ("OTEL_SERVICE_NAMESPACE", "globeco"),
        ("PORTFOLIO_ACCOUNTING_SERVICE_URL", "http://accounting:1/"),
        ("SECRET_KEY", "ignored"),
    ])
    .expect("valid");
    assert!(matches!(&config.store, StoreConfig::Mongo { database, .. } if database == "prod"));
    assert_eq!(config.telemetry.otlp_endpoint.as_deref(), Some("http://10.0.0.7:4317"));
    assert_eq!(config.telemetry.resource[1], ("k8s.pod.name".to_owned(), "ogs-0".to_owned()));
    assert_eq!(config.urls.portfolio_accounting, "http://accounting:1".parse().expect("a URL"));
}

#[test]
fn every_problem_is_listed_with_its_variable() {
    let bad = [
        ("PORT", "80800"),
        ("DATABASE_URL", "postgres://user:hunter2@db"),
        ("REQUEST_TIMEOUT", "0"),
        ("CASH_RESERVE", "101%"),
        ("PRICING_SERVICE_URL", "pricing:8083"),
        ("LOG_LEVEL", "inf0"),
        ("CORS_ORIGINS", "https://a.example, b"),
    ];
    let ConfigError(problems) = read(&bad).expect_err("seven problems");
    assert_eq!(problems.len(), bad.len(), "{problems:#?}");
    for (name, _) in bad {
        assert!(problems.iter().any(|line| line.starts_with(&format!("{name}: "))), "{name} in {problems:#?}");
    }
    assert!(!problems.join("").contains("hunter2"), "a secret is shown");
}

#[test]
fn times_have_units() {
    for (text, ms) in [("30", 30_000), ("0.5", 500), ("500ms", 500), ("2s", 2_000), ("1m", 60_000), ("1h", 3_600_000)] {
        assert_eq!(parsers::positive_duration(text), Ok(Duration::from_millis(ms)), "{text}");
    }
    for text in ["", "0", "-1", "s", "1d", "1e9", "25h", "1 2"] {
        assert!(parsers::positive_duration(text).is_err(), "{text}");
    }
}

#[test]
fn a_reserve_is_an_amount_or_a_percentage() {
    let reserve = parsers::reserve("2.5%").expect("valid");
    assert_eq!(reserve.fraction().to_string(), "0.025");
    assert_eq!(parsers::reserve("5000").expect("valid").amount(), Decimal::whole(5000));
    for text in ["-1", "2 %%", "101%", "x"] {
        assert!(parsers::reserve(text).is_err(), "{text}");
    }
}

#[test]
fn a_secret_may_come_from_a_file_and_is_never_shown() {
    let file = std::env::temp_dir().join(format!("ogs-secret-{}", std::process::id()));
    std::fs::write(&file, "mongodb://user:hunter2@db/prod\n").expect("writable");
    let config = read(&[("MONGODB_URL_FILE", file.to_str().expect("utf-8"))]).expect("valid");
    std::fs::remove_file(&file).expect("removable");
    assert!(matches!(&config.store, StoreConfig::Mongo { url, .. } if url.0 == "mongodb://user:hunter2@db/prod"));
    assert!(!format!("{config:?}").contains("hunter2"));
    let ConfigError(problems) = read(&[("MONGODB_URL_FILE", "/does/not/exist")]).expect_err("no such file");
    assert!(problems[0].starts_with("MONGODB_URL_FILE: cannot read /does/not/exist"), "{problems:?}");
}

#[test]
fn an_empty_value_counts_as_unset() {
    let config = read(&[("MONGODB_URL", " "), ("PORT", "")]).expect("valid");
    assert!(config.port == 8080 && matches!(config.store, StoreConfig::Embedded { .. }));
}

#[test]
fn the_help_lists_every_variable() {
    for variable in variables::ALL {
        assert!(help_text().contains(variable.name) && markdown().contains(variable.name), "{}", variable.name);
    }
}

#[test]
fn credentials_in_a_value_that_is_wrong_are_not_shown() {
    let secret = "hunter2";
    for (name, value) in [
        ("PRICING_SERVICE_URL", "ftp://user:hunter2@pricing:8083"),
        ("PRICING_SERVICE_URL", "http//user:hunter2@pricing"),
        ("PORTFOLIO_SERVICE_URL", "http://portfolio?token=hunter2"),
        ("OTEL_COLLECTOR_GRPC_ENDPOINT", "https://user:hunter2@collector:4317"),
        ("CORS_ORIGINS", "user:hunter2@portal"),
        ("OTEL_RESOURCE_ATTRIBUTES", "user:hunter2@node"),
        ("MONGODB_URL", "http://user:hunter2@mongo"),
        ("PORT", "user:hunter2@8080"),
    ] {
        let error = read(&[(name, value)]).expect_err(value).to_string();
        assert!(error.contains(name) && !error.contains(secret), "{error}");
    }
}
