//! The arguments of `deploy`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use crate::console::Color;

/// Arguments of `deploy`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line, and they combine freely")]
pub struct Args {
    /// Where to deploy.
    #[arg(short, long, value_enum, required_unless_present = "validate_only")]
    pub env: Option<Environment>,
    /// Which image tag to deploy; it is resolved to a digest once, and the digest is what runs.
    #[arg(short, long, required_unless_present_any = ["validate_only", "rollback"], conflicts_with = "rollback")]
    pub tag: Option<String>,
    /// Inspect, diff and show the plan; change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Only validate the manifests of all overlays; ask neither cluster nor registry.
    #[arg(long, conflicts_with_all = ["dry_run", "rollback"])]
    pub validate_only: bool,
    /// Only check the input, the image and the manifests of one deploy; ask no cluster.
    #[arg(long, requires = "tag", conflicts_with_all = ["dry_run", "validate_only", "rollback"])]
    pub check: bool,
    /// Go back to the previous release, or to the one given by --to.
    #[arg(long)]
    pub rollback: bool,
    /// The release to go back to: a tag, or the number of a release record.
    #[arg(long, value_name = "RELEASE", requires = "rollback")]
    pub to: Option<String>,
    /// Show every command and every answer, secrets masked.
    #[arg(short, long)]
    pub verbose: bool,
    /// How long all of it may take, from the first question to the last, and as long again a roll-back; not shorter than
    /// the Deployment's progressDeadlineSeconds.
    #[arg(long, value_parser = duration, default_value = "10m", value_name = "DURATION")]
    pub timeout: Duration,
    /// Another namespace than the environment's own.
    #[arg(short, long, value_name = "N")]
    pub namespace: Option<String>,
    /// The kubeconfig context; production requires it, else the current one is used and shown.
    #[arg(long, value_name = "C")]
    pub context: Option<String>,
    /// Take over fields that another field manager owns.
    #[arg(long)]
    pub force: bool,
    /// Leave a failed rollout as it is.
    #[arg(long)]
    pub no_auto_rollback: bool,
    /// Where the tag is looked up; plain http only on loopback.
    #[arg(long, value_name = "URL", default_value = super::registry::DOCKER_HUB)]
    pub registry: String,
    /// The kubectl to use, 1.29 or later.
    #[arg(long, value_name = "PATH", default_value = "kubectl")]
    pub kubectl: PathBuf,
    /// Exit with 3 instead of 0 when there was nothing to do.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// How to report.
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// When to colour.
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
    /// The directory that holds `base` and `overlays` [default: deployments of this repository].
    #[arg(long, value_name = "DIR")]
    pub deployments: Option<PathBuf>,
    /// How long one request to the API server may take.
    #[arg(long, value_parser = duration, default_value = "30s", value_name = "DURATION", hide_short_help = true)]
    pub request_timeout: Duration,
    /// How long the service may take to report itself ready, and in the new version, once it is rolled out.
    #[arg(long, value_parser = duration, default_value = "60s", value_name = "DURATION", hide_short_help = true)]
    pub health_timeout: Duration,
    /// How long the API server may be out of reach during a rollout.
    #[arg(long, value_parser = duration, default_value = "60s", value_name = "DURATION", hide_short_help = true)]
    pub unreachable_after: Duration,
}

/// An environment: its overlay, and what may go there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Takes any tag.
    Staging,
    /// Takes release tags only, and wants its context named.
    Production,
}

impl Environment {
    /// The overlay's name.
    #[must_use]
    pub const fn overlay(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// The forms of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people at a terminal.
    #[default]
    Human,
    /// One uncoloured line per event.
    Plain,
    /// One JSON document on standard output at the end.
    Json,
}

/// `90`, `90s`, `10m`, `1h`, `500ms`.
///
/// # Errors
/// A text that says what a duration looks like.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("`{text}` is not a duration such as 90s, 10m, 1h or 500ms");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    number.checked_mul(millis).filter(|millis| *millis > 0).map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::duration;

    #[test]
    fn durations_are_read_with_their_unit() {
        for (text, millis) in [("90", 90_000), ("90s", 90_000), ("10m", 600_000), ("1h", 3_600_000), ("500ms", 500)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)));
        }
        for text in ["", "m", "-1s", "1d", "1.5s", "0s", "99999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
