//! The environment variables that the automation reads, all of them here.
#![expect(clippy::disallowed_methods, reason = "this is the one place of xtask that reads the environment")]

use std::env;

/// The value of a variable, when it is set, not empty and valid UTF-8.
#[must_use]
pub fn value(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// `CI`: set by every continuous-integration service; a missing tool or server then fails instead of being skipped.
#[must_use]
pub fn is_ci() -> bool {
    value("CI").is_some_and(|value| value != "false")
}

/// `GITHUB_ACTIONS`: the run is a GitHub job, which understands annotations and groups.
#[must_use]
pub fn is_github() -> bool {
    value("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// `TEST_MONGODB_URL`: a MongoDB that tests may use; they create databases of their own in it.
#[must_use]
pub fn test_mongodb_url() -> Option<String> {
    value("TEST_MONGODB_URL")
}

/// Values of variables whose names say that they are secret, for masking.
#[must_use]
pub fn secrets() -> Vec<String> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, value)| is_secret_name(name) && value.len() >= 8)
        .map(|(_, value)| value)
        .collect()
}

/// Names of the variables that `cargo run` sets about xtask itself. They must not reach other builds: build scripts
/// that watch them (ring's does) would run again, and half of the dependencies with them.
#[must_use]
pub fn about_this_package() -> Vec<String> {
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| is_about_a_package(name)).collect()
}

fn is_about_a_package(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || matches!(name, "CARGO" | "OUT_DIR" | "CARGO_CRATE_NAME" | "CARGO_BIN_NAME" | "CARGO_PRIMARY_PACKAGE")
}

/// Whether a variable or option of this name carries a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "PRIVATE_KEY"]
        .iter()
        .any(|word| name.contains(word))
        && !name.ends_with("_FILE")
}

#[cfg(test)]
mod tests {
    use super::{is_about_a_package, is_secret_name};

    #[test]
    fn what_cargo_says_about_a_package_is_told_from_its_settings() {
        assert!(is_about_a_package("CARGO_MANIFEST_DIR") && is_about_a_package("CARGO_PKG_NAME"));
        assert!(!is_about_a_package("CARGO_HOME") && !is_about_a_package("CARGO_INCREMENTAL"));
    }

    #[test]
    fn names_of_secrets_are_recognised_and_names_of_files_are_not() {
        assert!(is_secret_name("DOCKERHUB_TOKEN"));
        assert!(is_secret_name("--password"));
        assert!(!is_secret_name("MONGODB_PASSWORD_FILE"));
        assert!(!is_secret_name("PATH"));
    }
}
