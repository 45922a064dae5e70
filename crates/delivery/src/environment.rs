//! The environment variables that this crate reads, all of them here.
#![expect(clippy::disallowed_methods, reason = "this is the one place of the crate that reads the environment")]

use std::env;
use std::path::PathBuf;

fn value(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// `NO_COLOR`: no colours, whatever the terminal can do.
#[must_use]
pub fn no_color() -> bool {
    value("NO_COLOR").is_some()
}

/// `CI`: set by continuous-integration services.
#[must_use]
pub fn is_ci() -> bool {
    value("CI").is_some_and(|value| value != "false")
}

/// `GITHUB_ACTIONS`: the run is a GitHub job, which understands annotations.
#[must_use]
pub fn is_github() -> bool {
    value("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// `TEST_KUBECONFIG`: a disposable cluster that tests may fill and break.
#[must_use]
pub fn test_kubeconfig() -> Option<PathBuf> {
    value("TEST_KUBECONFIG").map(PathBuf::from)
}

/// `TEST_KUBECTLS`: the kubectl binaries to test with, separated like `PATH`.
#[must_use]
pub fn test_kubectls() -> Option<Vec<PathBuf>> {
    env::var_os("TEST_KUBECTLS").filter(|list| !list.is_empty()).map(|list| env::split_paths(&list).collect())
}

/// `TEST_AUDIT_LOG`: where the disposable API server writes its audit log, when it writes one.
#[must_use]
pub fn test_audit_log() -> Option<PathBuf> {
    value("TEST_AUDIT_LOG").map(PathBuf::from)
}

/// `DOCKERHUB_USERNAME` and `DOCKERHUB_TOKEN`: how to ask the registry for a private image or a higher rate limit.
#[must_use]
pub fn registry_login() -> Option<(String, String)> {
    value("DOCKERHUB_USERNAME").zip(value("DOCKERHUB_TOKEN"))
}

/// `KUBECONFIG_SECRET`: the content of a kubeconfig, as a GitHub environment holds it.
#[must_use]
pub fn kubeconfig_secret() -> Option<String> {
    value("KUBECONFIG_SECRET")
}

/// Who runs this, for the release record: the GitHub actor, else the login name.
#[must_use]
pub fn user() -> String {
    ["GITHUB_ACTOR", "USER", "LOGNAME"].iter().find_map(|name| value(name)).unwrap_or_else(|| "unknown".to_owned())
}

/// The directories of `PATH`, in order.
#[must_use]
pub fn path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|list| env::split_paths(&list).collect()).unwrap_or_default()
}

/// Values of variables whose names say that they are secret, for masking.
#[must_use]
pub fn secrets() -> Vec<String> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, value)| crate::mask::is_secret_name(name) && value.len() >= 6)
        .map(|(_, value)| value)
        .collect()
}
