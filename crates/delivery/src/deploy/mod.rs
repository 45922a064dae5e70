//! `cargo xtask deploy`: rolls a release out, or back.
//!
//! First everything is looked at, without changing anything ([`registry`], [`release`], [`inspect`]); then a [`plan`] is
//! made, a plain value that `--dry-run` prints; then exactly that plan is [run]. A deploy that was interrupted, even
//! by `kill -9`, can be repeated: applying is idempotent, the lock of a dead process is free, and a record that was left
//! pending is noted as failed.

pub mod args;
mod diagnose;
pub mod failure;
pub mod fault;
pub mod inspect;
pub mod kubectl;
pub mod lock;
pub mod plan;
pub mod record;
pub mod registry;
pub mod release;
pub mod report;
pub mod rollout;
mod run;
pub mod tag;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

pub use args::Args;

use crate::console::{Color, Console, print_result};
use crate::deploy::args::{Environment, Output};
use crate::deploy::failure::Failure;
use crate::deploy::inspect::Live;
use crate::deploy::kubectl::Kubectl;
use crate::deploy::lock::Holder;
use crate::deploy::plan::{Plan, Request};
use crate::deploy::record::Record;
use crate::deploy::registry::{Registry, RegistryError};
use crate::deploy::release::Release;
use crate::deploy::report::Outcome;
use crate::deploy::run::Tools;
use crate::deploy::tag::Tag;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::validate::bundle::SecretTemplate;
use crate::validate::finding::Findings;
use crate::validate::render::Renderer;
use crate::validate::{self, Format};
use crate::{environment, workspace, yaml};

/// The application: the name of its Deployment and Service, and of everything that a deploy keeps in the cluster.
pub const APP: &str = "globeco-order-generation-service";

/// Runs the command.
#[must_use]
pub fn run(args: &Args) -> Exit {
    let json = args.output == Output::Json;
    let color = if args.output == Output::Human { args.color } else { Color::Never };
    let console = Console::new(color, args.verbose, json);
    if args.validate_only {
        return validate_only(args);
    }
    let deploy = match Deploy::new(args, &console) {
        Ok(deploy) => deploy,
        Err(failure) => return end(&Outcome::refused("deploy", &failure), args, &console),
    };
    match deploy.plan() {
        Ok(planned) if args.dry_run => dry_run(&planned, args, &console),
        Ok(planned) => end(&deploy.execute(&planned), args, &console),
        Err(failure) => end(&Outcome::refused("deploy", &failure), args, &console),
    }
}

/// No cluster, no registry, no request of any kind.
fn validate_only(args: &Args) -> Exit {
    validate::run(&validate::Args {
        format: if args.output == Output::Json { Format::Json } else { Format::Table },
        kubectl: args.kubectl.clone(),
        deployments: args.deployments.clone(),
        color: if args.output == Output::Human { args.color } else { Color::Never },
    })
}

fn dry_run(planned: &Planned, args: &Args, console: &Console) -> Exit {
    let plan = &planned.plan;
    let text = if args.output == Output::Json {
        let steps = |steps: &[plan::Step]| -> Vec<Value> {
            steps
                .iter()
                .map(|step| json!({"what": step.what, "argv": step.argv, "stdin": step.stdin.is_some()}))
                .collect()
        };
        let recovery = match &plan.recovery {
            plan::Recovery::None(why) => json!({"none": why}),
            plan::Recovery::Steps { to, steps: back } => json!({"to": to, "steps": steps(back)}),
        };
        let value = json!({
            "title": plan.title, "notes": plan.notes, "nothing_to_do": plan.nothing_to_do, "dry_run": true,
            "steps": steps(&plan.steps), "recovery": recovery,
        });
        format!("{value:#}")
    } else {
        plan.describe()
    };
    if let Err(error) = print_result(&text) {
        console.error(&format!("cannot write the plan: {error}"));
        return Exit::Failed;
    }
    console.done("dry run: nothing was changed");
    if plan.nothing_to_do && args.detailed_exitcode { Exit::NothingToDo } else { Exit::Done }
}

fn end(outcome: &Outcome, args: &Args, console: &Console) -> Exit {
    let mut outcome = outcome.clone();
    if outcome.exit == Exit::Done && outcome.nothing_to_do && args.detailed_exitcode {
        outcome.exit = Exit::NothingToDo;
    }
    outcome.exit_code = outcome.exit.code();
    match (&outcome.message, &outcome.remedy) {
        (Some(message), remedy) => {
            console.error(message);
            if let Some(remedy) = remedy {
                console.step(&format!("to do: {remedy}"));
            }
            console.step(&format!("exit code {}: see docs/deployment.md", outcome.exit_code));
        }
        (None, _) if outcome.nothing_to_do => console.done(&format!("nothing to do: {}", outcome.title)),
        (None, _) => console.done(&format!("done: {}", outcome.title)),
    }
    if args.output == Output::Json {
        let text = serde_json::to_string_pretty(&outcome).map_err(std::io::Error::other);
        if let Err(error) = text.and_then(|text| print_result(&text)) {
            console.error(&format!("cannot write the report: {error}"));
            return Exit::Failed;
        }
    }
    outcome.exit
}

/// A plan and what running it needs to know.
struct Planned {
    plan: Plan,
    selector: String,
    namespace: String,
}

struct Deploy<'a> {
    args: &'a Args,
    console: &'a Console,
    env: Environment,
    deployments: PathBuf,
    interrupt: Interrupt,
    holder: Holder,
    kubectl: Kubectl,
    context: String,
    // Removed at the end; discovery is cached for this run only.
    _cache: TempDir,
}

impl<'a> Deploy<'a> {
    /// Checks the input and the prerequisites.
    fn new(args: &'a Args, console: &'a Console) -> Result<Self, Failure> {
        let env =
            args.env.ok_or_else(|| Failure::new(Exit::Usage, "no environment is given", "name one with --env"))?;
        if let Some(tag) = &args.tag {
            check_tag(env, tag)?;
        }
        if env == Environment::Production && args.context.is_none() {
            return Err(Failure::invalid("production wants its context named", "name it with --context"));
        }
        let deployments = match &args.deployments {
            Some(dir) => dir.clone(),
            None => workspace::root().map_err(|error| Failure::local(&error))?.join("deployments"),
        };
        let interrupt = Interrupt::listen().map_err(|error| Failure::local(&error))?;
        let offline = Kubectl::offline(&args.kubectl, console, &interrupt);
        let version = inspect::check_version(&offline)?;
        let context = inspect::context(&offline, args.context.as_deref())?;
        console.step(&format!("kubectl {version}, context {context}"));
        let cache = TempDir::with_prefix("kubectl-cache-").map_err(|error| Failure::local(&error))?;
        let kubectl = offline.with_context(&context, cache.path(), args.request_timeout);
        let holder = Holder::this_process();
        Ok(Self { args, console, env, deployments, interrupt, holder, kubectl, context, _cache: cache })
    }

    fn plan(&self) -> Result<Planned, Failure> {
        match &self.args.tag {
            Some(tag) => self.plan_deploy(&check_tag(self.env, tag)?),
            None => self.plan_rollback(),
        }
    }

    fn plan_deploy(&self, tag: &Tag) -> Result<Planned, Failure> {
        let digest = self.resolve(tag)?;
        self.console.done(&format!("{}:{tag} is {digest}", release::IMAGE));
        let renderer = Renderer::new(&self.args.kubectl, self.interrupt.clone());
        let namespace = self.args.namespace.as_deref();
        let release = Release::render(&self.deployments, self.env, namespace, tag, &digest, &renderer)?;
        self.console.done(&format!("{} objects are rendered and valid", release.objects.len()));
        self.check_timeout(&release)?;
        let namespace = release.namespace_name().to_owned();
        let live = inspect::look(&self.kubectl, &namespace, &release.objects, &self.holder)?;
        inspect::check_lock(&live.lock)?;
        let template = self.secrets()?;
        let changed = if live.namespace_exists {
            inspect::check_secrets(&self.kubectl, &namespace, &template)?;
            Some(inspect::diff(&self.kubectl, &release, self.args.force)?)
        } else {
            for (secret, keys) in &template.0 {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                self.console.warn(&format!(
                    "pods wait for Secret {secret}, which cannot exist yet; {}",
                    inspect::secret_command(&namespace, secret, &keys)
                ));
            }
            None
        };
        let plan = plan::deploy(&self.request(&namespace), &release, &live, changed.as_deref());
        Ok(Planned { plan, selector: release.selector(), namespace })
    }

    fn plan_rollback(&self) -> Result<Planned, Failure> {
        let namespace = match &self.args.namespace {
            Some(namespace) => namespace.clone(),
            None => overlay_namespace(&self.deployments, self.env)?,
        };
        let named = |api: &str, kind: &str| json!({"apiVersion": api, "kind": kind, "metadata": {"name": APP, "namespace": namespace}});
        let wanted = [named("v1", "Service"), named("apps/v1", "Deployment")];
        let live = inspect::look(&self.kubectl, &namespace, &wanted, &self.holder)?;
        inspect::check_lock(&live.lock)?;
        let request = self.request(&namespace);
        if let Some(target) = self.rollback_target(&live)? {
            self.check_timeout(&target.release)?;
            let plan = plan::rollback(&request, target, &live);
            return Ok(Planned { plan, selector: target.release.selector(), namespace });
        }
        // No record at all: what the Deployment itself remembers is all there is.
        let objects = live.objects.clone();
        let remembered = Release { tag: String::new(), digest: String::new(), version: None, objects };
        if remembered.deployment().is_null() {
            return Err(Failure::invalid(
                format!("there is nothing to go back to: no release record and no Deployment {APP} in {namespace}"),
                "deploy a release with --tag",
            ));
        }
        self.check_timeout(&remembered)?;
        let plan = plan::undo(&request, &remembered.health_path(), &live);
        Ok(Planned { plan, selector: remembered.selector(), namespace })
    }

    /// The record to go back to; `None` when there are no records at all.
    fn rollback_target<'l>(&self, live: &'l Live) -> Result<Option<&'l Record>, Failure> {
        let known: Vec<String> = live
            .records
            .iter()
            .map(|record| format!("{} = {} ({})", record.revision, record.release.tag, record.state.label()))
            .collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        match &self.args.to {
            Some(wanted) => {
                let fits = |record: &&Record| record.release.tag == *wanted || record.revision.to_string() == *wanted;
                live.records.iter().rev().find(fits).map(Some).ok_or_else(|| {
                    Failure::invalid(
                        format!("there is no release record of {wanted}"),
                        format!("known records: {known}"),
                    )
                })
            }
            None if live.records.is_empty() => Ok(None),
            None => record::previous(&live.records).map(Some).ok_or_else(|| {
                Failure::invalid(
                    "there is no earlier release to go back to",
                    format!("name a record with --to, or deploy with --tag; known records: {known}"),
                )
            }),
        }
    }

    fn execute(&self, planned: &Planned) -> Outcome {
        self.console.step(&planned.plan.title);
        for note in &planned.plan.notes {
            self.console.step(note);
        }
        let tools = Tools {
            kubectl: &self.kubectl,
            console: self.console,
            unreachable_after: self.args.unreachable_after,
            selector: planned.selector.clone(),
            namespace: planned.namespace.clone(),
        };
        run::run(&planned.plan, &tools)
    }

    fn request(&self, namespace: &str) -> Request {
        Request {
            env: self.env,
            namespace: namespace.to_owned(),
            context: self.context.clone(),
            kubectl: self.kubectl.base().to_vec(),
            force: self.args.force,
            auto_rollback: !self.args.no_auto_rollback,
            timeout: self.args.timeout,
            health_timeout: self.args.health_timeout,
            holder: self.holder.to_string(),
            user: environment::user(),
        }
    }

    fn resolve(&self, tag: &Tag) -> Result<String, Failure> {
        let registry = Registry::new(&self.args.registry, self.console);
        registry.and_then(|registry| registry.resolve(release::IMAGE, tag)).map_err(|error| {
            let message = error.to_string();
            match error {
                RegistryError::Unknown { .. } => Failure::invalid(message, "check the tag: was its image published?"),
                RegistryError::Url(_) => Failure::invalid(message, "give another --registry"),
                RegistryError::Denied(_) => {
                    Failure::invalid(message, "set DOCKERHUB_USERNAME and DOCKERHUB_TOKEN, and check the image's name")
                }
                RegistryError::Garbled { .. } => {
                    Failure::new(Exit::Failed, message, "check --registry and what is between")
                }
                RegistryError::Unreachable { .. } => Failure::new(
                    Exit::Unreachable,
                    message,
                    "check the network and the registry, then repeat the command",
                ),
            }
        })
    }

    /// A tool that gives up before Kubernetes does would call a rollout failed that may still succeed.
    fn check_timeout(&self, release: &Release) -> Result<(), Failure> {
        let deadline = release.progress_deadline_seconds();
        if self.args.timeout.as_secs() >= deadline {
            return Ok(());
        }
        Err(Failure::invalid(
            format!(
                "--timeout {:?} is shorter than the Deployment's progressDeadlineSeconds of {deadline}",
                self.args.timeout
            ),
            format!("give at least --timeout {deadline}s"),
        ))
    }

    fn secrets(&self) -> Result<SecretTemplate, Failure> {
        SecretTemplate::read(&self.deployments, &mut Findings::default()).map_err(|error| Failure::local(&error))
    }
}

fn check_tag(env: Environment, text: &str) -> Result<Tag, Failure> {
    let tag = Tag::parse(text).map_err(|error| Failure::invalid(error.to_string(), "give a tag such as v1.2.3"))?;
    if env == Environment::Production && tag.release_version().is_none() {
        return Err(Failure::invalid(
            format!("production does not take `{tag}`: it is not a release tag"),
            "deploy a release tag, vX.Y.Z: branch, pull request and `latest` tags move",
        ));
    }
    Ok(tag)
}

fn overlay_namespace(deployments: &Path, env: Environment) -> Result<String, Failure> {
    let file = deployments.join("overlays").join(env.overlay()).join("kustomization.yaml");
    let text = std::fs::read_to_string(&file).map_err(|error| Failure::local(&error))?;
    let overlay: Value = yaml::document(&text).map_err(|error| Failure::local(&error))?;
    overlay["namespace"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::invalid(format!("{} names no namespace", file.display()), "add `namespace:` to it"))
}
