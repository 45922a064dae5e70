//! `waivers.yaml`: findings that are accepted, each for a reason and until a day.

use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::validate::finding::{Finding, Findings};
use crate::validate::render::{RenderError, read};
use crate::yaml;

const FILE: &str = "waivers.yaml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waivers {
    waivers: Vec<Waiver>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiver {
    rule: String,
    overlay: Option<String>,
    object: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    expires: String,
}

impl Waiver {
    fn covers(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && self.object == finding.object
            && self.overlay.as_ref().is_none_or(|overlay| *overlay == finding.overlay)
    }
}

/// Splits findings into those that stand and those that are waived, and adds what is wrong with the waivers.
pub(super) fn apply(
    dir: &Path,
    found: Vec<Finding>,
    today: NaiveDate,
) -> Result<(Vec<Finding>, Vec<Finding>), RenderError> {
    let path = dir.join(FILE);
    let waivers: Waivers = yaml::document(&read(&path)?)
        .map_err(|error| RenderError::Content { path: path.clone(), message: error.to_string() })?;
    let mut problems = Findings::default();
    let mut active = Vec::new();
    for waiver in &waivers.waivers {
        let about = format!("the waiver of {} for {}", waiver.rule, waiver.object);
        let mut problem = |rule, message: String, remedy| problems.add_file(rule, "all", FILE, &message, remedy);
        if waiver.reason.trim().is_empty() {
            problem("waiver-without-reason", format!("{about} has no reason"), "say why the finding is acceptable");
            continue;
        }
        match waiver.expires.parse::<NaiveDate>() {
            Err(_) => problem(
                "waiver-without-expiry",
                format!("{about} has no expiry date"),
                "add `expires: YYYY-MM-DD`, the last day on which it holds",
            ),
            Ok(expires) if expires < today => problem(
                "waiver-expired",
                format!("{about} expired on {expires}"),
                "mend the finding, or renew the waiver with a reason that still holds",
            ),
            Ok(_) if !found.iter().any(|finding| waiver.covers(finding)) => problem(
                "waiver-unused",
                format!("{about} matches no finding"),
                "remove the waiver: what it excused is gone",
            ),
            Ok(_) => active.push(waiver),
        }
    }
    let (waived, mut standing): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|finding| active.iter().any(|waiver| waiver.covers(finding)));
    standing.extend(problems.into_vec());
    Ok((standing, waived))
}
