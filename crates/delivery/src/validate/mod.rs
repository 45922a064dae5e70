//! `cargo xtask validate`: renders every overlay offline and checks what came out.
//!
//! Three layers: each object against its Kubernetes type, strictly ([`typed`]); the named [`rules`] that types cannot
//! express; and the kustomization files themselves ([`kustomization`]), since kustomize silently accepts entries that
//! match nothing. Findings may be [waived](waivers) for a reason and for a time. To add a rule: an entry in
//! [`rules::ALL`] and a test in `tests/rules.rs` that plants its fault.

pub mod bundle;
pub mod finding;
pub mod kustomization;
pub mod quantity;
pub mod render;
mod report;
pub mod rules;
pub mod source;
pub mod typed;
mod waivers;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::ValueEnum;
use serde_json::Value;

use crate::console::{Color, Console, print_result};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::validate::bundle::{Bundle, SecretTemplate};
use crate::validate::finding::{Finding, Findings};
use crate::validate::render::{RenderError, Renderer};
use crate::validate::source::Sources;
use crate::{clock, workspace, yaml};

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to report.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// The kubectl that renders.
    #[arg(long, default_value = "kubectl", value_name = "PATH")]
    pub kubectl: PathBuf,
    /// The directory that holds `base`, `overlays` and `waivers.yaml` [default: deployments of this repository].
    #[arg(long, value_name = "DIR")]
    pub deployments: Option<PathBuf>,
    /// When to colour.
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
}

/// The forms of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
}

/// What the validation of a `deployments` directory found.
#[derive(Debug)]
pub struct Outcome {
    /// Each overlay, by name.
    pub overlays: Vec<Checked>,
    /// What has to be mended.
    pub findings: Vec<Finding>,
    /// What was found and waived.
    pub waived: Vec<Finding>,
}

/// How many objects of an overlay were rendered, and how many of them validated.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// The overlay.
    pub overlay: String,
    /// Objects that came out of kustomize.
    pub rendered: usize,
    /// Objects that were checked against their type.
    pub validated: usize,
}

/// Runs the command.
#[must_use]
pub fn run(args: &Args) -> Exit {
    let console = Console::new(args.color, false, false);
    match checked(args) {
        Ok(outcome) => {
            let text = match args.format {
                Format::Table => report::table(&outcome, args.color.enabled(true)),
                Format::Json => report::json(&outcome),
                Format::Sarif => report::sarif(&outcome),
            };
            if let Err(error) = print_result(&text) {
                console.error(&format!("cannot write the report: {error}"));
                return Exit::Failed;
            }
            for finding in &outcome.findings {
                let file = format!("deployments/{}", finding.file);
                let subject = [finding.object.as_str(), finding.path.as_str()].join(" ");
                let text = format!("{}: {}. To do: {}", subject.trim(), finding.message, finding.remedy);
                console.annotate_file(&file, finding.line, &finding.rule, text.trim_start_matches(": "));
            }
            if outcome.findings.is_empty() { Exit::Done } else { Exit::Invalid }
        }
        Err(error) => {
            console.error(&error.to_string());
            console.step(&format!("to do: {}", error.remedy()));
            Exit::Failed
        }
    }
}

fn checked(args: &Args) -> Result<Outcome, RenderError> {
    let dir = match &args.deployments {
        Some(dir) => dir.clone(),
        None => workspace::root().map_err(RenderError::Workspace)?.join("deployments"),
    };
    let renderer = Renderer::new(&args.kubectl, Interrupt::listen().map_err(RenderError::Workspace)?);
    validate(&dir, &renderer, clock::now().date_naive())
}

/// Validates every overlay of a `deployments` directory as of `today`.
///
/// # Errors
/// When the directory cannot be read or kubectl cannot be started; what is wrong *in* it are findings.
pub fn validate(dir: &Path, renderer: &Renderer, today: NaiveDate) -> Result<Outcome, RenderError> {
    let mut overlays = Vec::new();
    let mut findings = Findings::default();
    let names = render::overlays(dir)?;
    for overlay in &names {
        let unreadable = source::unreadable(dir, overlay)?;
        if !unreadable.is_empty() {
            for finding in unreadable {
                findings.add(finding);
            }
            overlays.push(Checked { overlay: overlay.clone(), rendered: 0, validated: 0 });
            continue;
        }
        match renderer.render(&dir.join("overlays").join(overlay)) {
            Ok(text) => {
                let (checked, bundle) = check_rendered(dir, overlay, &text, &mut findings)?;
                overlays.push(checked);
                kustomization::check(dir, overlay, &bundle, &mut findings)?;
            }
            Err(RenderError::Kustomize { stderr, .. }) => {
                let file = format!("overlays/{overlay}/kustomization.yaml");
                findings.add_file("render", overlay, &file, stderr.trim(), "mend what kustomize complains about");
                overlays.push(Checked { overlay: overlay.clone(), rendered: 0, validated: 0 });
            }
            Err(other) => return Err(other),
        }
    }
    let (findings, waived) = waivers::apply(dir, findings.into_vec(), today)?;
    Ok(Outcome { overlays, findings, waived })
}

/// Validates a rendered text as the overlay `overlay` of `dir`.
fn check_rendered(
    dir: &Path,
    overlay: &str,
    text: &str,
    findings: &mut Findings,
) -> Result<(Checked, Bundle), RenderError> {
    let values = yaml::documents(text).unwrap_or_else(|error| {
        let file = format!("overlays/{overlay}/kustomization.yaml");
        findings.add_file("render", overlay, &file, &error.to_string(), "mend what makes the rendered text unreadable");
        Vec::new()
    });
    check_objects(dir, overlay, values, findings)
}

/// Validates objects as those of the overlay `overlay` of `dir`; also used by a deploy, on exactly what it will apply.
///
/// # Errors
/// When `dir` cannot be read.
pub fn check_objects(
    dir: &Path,
    overlay: &str,
    objects: Vec<Value>,
    findings: &mut Findings,
) -> Result<(Checked, Bundle), RenderError> {
    let sources = Sources::read(dir, overlay)?;
    let template = SecretTemplate::read(dir, findings)?;
    let rendered = objects.len();
    let bundle = Bundle::read(overlay, objects, &sources, template, findings);
    let validated = bundle.validated();
    if validated != rendered && findings.is_empty() {
        let file = format!("overlays/{overlay}/kustomization.yaml");
        let message = format!("{rendered} objects were rendered, {validated} validated");
        findings.add_file("not-validated", overlay, &file, &message, "report this as a defect of the validator");
    }
    rules::check(&bundle, findings);
    Ok((Checked { overlay: overlay.to_owned(), rendered, validated }, bundle))
}
