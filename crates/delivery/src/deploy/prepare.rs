//! What happens before anything is changed: checking the input, looking at registry and cluster, making the plan.
//!
//! [`Local`] is everything that needs no cluster, which is what `--check` does; [`Remote`] adds the cluster.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::console::Console;
use crate::deploy::APP;
use crate::deploy::args::{Args, Environment};
use crate::deploy::deadline::Deadline;
use crate::deploy::failure::Failure;
use crate::deploy::inspect;
use crate::deploy::kubeconfig::Kubeconfig;
use crate::deploy::kubectl::Kubectl;
use crate::deploy::lock::Holder;
use crate::deploy::plan::{self, Plan, Request};
use crate::deploy::record::{self, Record};
use crate::deploy::registry::Registry;
use crate::deploy::release::{self, Release};
use crate::deploy::report::Outcome;
use crate::deploy::run::{self, Tools};
use crate::deploy::tag::Tag;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::validate::bundle::SecretTemplate;
use crate::validate::finding::Findings;
use crate::validate::render::Renderer;
use crate::{environment, workspace, yaml};

/// A plan and what running it needs to know.
pub(super) struct Planned {
    pub(super) plan: Plan,
    selector: String,
    namespace: String,
}

/// The input, and what of this machine a deploy uses.
pub(super) struct Local<'a> {
    pub(super) env: Environment,
    args: &'a Args,
    console: &'a Console,
    deployments: PathBuf,
    interrupt: Interrupt,
    deadline: Deadline,
    kubectl: Kubectl,
    // Removed at the end.
    _kubeconfig: Option<Kubeconfig>,
}

impl<'a> Local<'a> {
    /// Checks the input and the prerequisites.
    pub(super) fn new(args: &'a Args, console: &'a Console) -> Result<Self, Failure> {
        let deadline = Deadline::after("--timeout", args.timeout);
        let env =
            args.env.ok_or_else(|| Failure::new(Exit::Usage, "no environment is given", "name one with --env"))?;
        if let Some(tag) = &args.tag {
            check_tag(env, tag)?;
        }
        let deployments = match &args.deployments {
            Some(dir) => dir.clone(),
            None => workspace::root().map_err(|error| Failure::local(&error))?.join("deployments"),
        };
        let interrupt = Interrupt::listen().map_err(|error| Failure::local(&error))?;
        if environment::is_github() {
            interrupt.follow_parent().map_err(|error| Failure::local(&error))?;
        }
        let kubeconfig = Kubeconfig::from_environment().map_err(|error| Failure::local(&error))?;
        let file = kubeconfig.as_ref().map(Kubeconfig::path);
        let kubectl = Kubectl::offline(&args.kubectl, file, deadline, console, &interrupt);
        let version = inspect::check_version(&kubectl)?;
        console.step(&format!("kubectl {version}"));
        Ok(Self { env, args, console, deployments, interrupt, deadline, kubectl, _kubeconfig: kubeconfig })
    }

    /// The release of the tag that was asked for, from the registry and the manifests.
    pub(super) fn release(&self) -> Result<Release, Failure> {
        let text = self
            .args
            .tag
            .as_deref()
            .ok_or_else(|| Failure::new(Exit::Usage, "no tag is given", "name one with --tag"))?;
        let tag = check_tag(self.env, text)?;
        let digest = Registry::new(&self.args.registry, self.deadline, self.console, &self.interrupt)?
            .resolve(release::IMAGE, &tag)?;
        self.console.done(&format!("{}:{tag} is {digest}", release::IMAGE));
        let renderer = Renderer::new(&self.args.kubectl, self.interrupt.clone()).within(self.deadline.left());
        let namespace = self.args.namespace.as_deref();
        let release = Release::render(&self.deployments, self.env, namespace, &tag, &digest, &renderer)?;
        self.console.done(&format!("{} objects are rendered and valid", release.objects.len()));
        self.check_timeout(&release)?;
        Ok(release)
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

/// The cluster that a deploy goes to.
pub(super) struct Remote<'a> {
    local: &'a Local<'a>,
    args: &'a Args,
    console: &'a Console,
    holder: Holder,
    kubectl: Kubectl,
    context: String,
    // Removed at the end; discovery is cached for this run only.
    _cache: TempDir,
}

impl<'a> Remote<'a> {
    /// Finds the context.
    pub(super) fn new(local: &'a Local<'a>) -> Result<Self, Failure> {
        let (args, console) = (local.args, local.console);
        if local.env == Environment::Production && args.context.is_none() {
            return Err(Failure::invalid("production wants its context named", "name it with --context"));
        }
        let context = inspect::context(&local.kubectl, args.context.as_deref())?;
        console.step(&format!("context {context}"));
        let cache = TempDir::with_prefix("kubectl-cache-").map_err(|error| Failure::local(&error))?;
        let kubectl = local.kubectl.with_context(&context, cache.path(), args.request_timeout);
        Ok(Self { local, args, console, holder: Holder::this_process(), kubectl, context, _cache: cache })
    }

    /// Looks at everything and says what is to be done.
    pub(super) fn plan(&self) -> Result<Planned, Failure> {
        if self.args.tag.is_some() { self.plan_deploy() } else { self.plan_rollback() }
    }

    fn plan_deploy(&self) -> Result<Planned, Failure> {
        let release = self.local.release()?;
        let namespace = release.namespace_name().to_owned();
        let mut live = inspect::look(&self.kubectl, &namespace, &release.objects, &self.holder)?;
        inspect::check_lock(&live.lock)?;
        live.left_over = inspect::left_over(&self.kubectl, &live.records, &release)?;
        let template = self.local.secrets()?;
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
            None => overlay_namespace(&self.local.deployments, self.local.env)?,
        };
        let named = |api: &str, kind: &str| json!({"apiVersion": api, "kind": kind, "metadata": {"name": APP, "namespace": namespace}});
        let wanted = [named("v1", "Service"), named("apps/v1", "Deployment")];
        let mut live = inspect::look(&self.kubectl, &namespace, &wanted, &self.holder)?;
        inspect::check_lock(&live.lock)?;
        let request = self.request(&namespace);
        if let Some(target) = self.rollback_target(&live.records)?.cloned() {
            self.local.check_timeout(&target.release)?;
            live.left_over = inspect::left_over(&self.kubectl, &live.records, &target.release)?;
            let changed = inspect::diff(&self.kubectl, &target.release, self.args.force)?;
            let plan = plan::rollback(&request, &target, &live, &changed);
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
        self.local.check_timeout(&remembered)?;
        let plan = plan::undo(&request, &remembered.health_path(), &live);
        Ok(Planned { plan, selector: remembered.selector(), namespace })
    }

    /// The record to go back to; `None` when there are no records at all.
    fn rollback_target<'l>(&self, records: &'l [Record]) -> Result<Option<&'l Record>, Failure> {
        let known: Vec<String> = records
            .iter()
            .map(|record| format!("{} = {} ({})", record.revision, record.release.tag, record.state.label()))
            .collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        match &self.args.to {
            Some(wanted) => {
                let fits = |record: &&Record| record.release.tag == *wanted || record.revision.to_string() == *wanted;
                records.iter().rev().find(fits).map(Some).ok_or_else(|| {
                    Failure::invalid(
                        format!("there is no release record of {wanted}"),
                        format!("known records: {known}"),
                    )
                })
            }
            None if records.is_empty() => Ok(None),
            None => record::previous(records).map(Some).ok_or_else(|| {
                Failure::invalid(
                    "there is no earlier release to go back to",
                    format!("name a record with --to, or deploy with --tag; known records: {known}"),
                )
            }),
        }
    }

    /// Does exactly what the plan says.
    pub(super) fn execute(&self, planned: &Planned) -> Outcome {
        self.console.step(&planned.plan.title);
        for note in &planned.plan.notes {
            self.console.step(note);
        }
        let tools = Tools {
            kubectl: self.kubectl.clone(),
            console: self.console,
            unreachable_after: self.args.unreachable_after,
            selector: planned.selector.clone(),
            namespace: planned.namespace.clone(),
        };
        run::run(&planned.plan, &tools)
    }

    fn request(&self, namespace: &str) -> Request {
        Request {
            env: self.local.env,
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
