//! Looks at the cluster before anything is planned. Nothing here changes anything.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::clock;
use crate::deploy::APP;
use crate::deploy::failure::Failure;
use crate::deploy::fault::Fault;
use crate::deploy::kubectl::{FIELD_MANAGER, Kubectl};
use crate::deploy::lock::{self, Holder, Lock};
use crate::deploy::record::{self, Record};
use crate::deploy::release::{Release, name};
use crate::exit::Exit;
use crate::validate::bundle::{SecretTemplate, at, items};

/// The oldest kubectl that is supported.
const OLDEST_MINOR: u32 = 29;

/// What was found.
#[derive(Clone, Debug)]
pub struct Live {
    /// When it was looked at.
    pub now: DateTime<Utc>,
    /// Whether the namespace exists.
    pub namespace_exists: bool,
    /// The state of the environment's lock.
    pub lock: Lock,
    /// The release records, oldest first.
    pub records: Vec<Record>,
    /// Those of the release's objects that exist, as they are.
    pub objects: Vec<Value>,
    /// Objects of recorded releases that exist and that the wanted release does not have.
    pub left_over: Vec<Value>,
}

impl Live {
    /// The live Deployment.
    #[must_use]
    pub fn deployment(&self) -> Option<&Value> {
        self.objects.iter().find(|object| object["kind"] == "Deployment")
    }
}

/// Refuses a kubectl that is too old, before it is used for anything else.
///
/// # Errors
/// Exit 4.
pub fn check_version(kubectl: &Kubectl) -> Result<String, Failure> {
    let argv = kubectl.argv(&["version", "--client", "-o", "json"]);
    let output = kubectl.once(&argv, None).map_err(|error| match error.fault {
        Fault::Interrupted => Failure::interrupted("nothing was changed"),
        // Some installs are dispatchers, which ask the server which kubectl to start, even for this.
        Fault::Unreachable => Failure::before_changes("kubectl does not say its version", &error),
        _ => Failure::invalid(
            format!("kubectl does not run: {error}"),
            "install kubectl 1.29 or later, or name it with --kubectl",
        ),
    })?;
    let version: Value = serde_json::from_str(&output).unwrap_or_default();
    let text = at(&version, "clientVersion.gitVersion").as_str().unwrap_or("of an unknown version").to_owned();
    let minor = text
        .strip_prefix("v1.")
        .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
        .and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < OLDEST_MINOR) {
        return Err(Failure::invalid(
            format!("kubectl is {text}, but 1.{OLDEST_MINOR} or later is needed"),
            "install a newer kubectl, or name it with --kubectl",
        ));
    }
    Ok(text)
}

/// The context to use: the one asked for, which must exist, else the kubeconfig's current one.
///
/// # Errors
/// Exit 4: there is never a default to whatever listens on `localhost:8080`.
pub fn context(kubectl: &Kubectl, wanted: Option<&str>) -> Result<String, Failure> {
    let argv = kubectl.argv(&["config", "view", "-o", "json"]);
    let output = kubectl.once(&argv, None).map_err(|error| {
        Failure::invalid(format!("the kubeconfig cannot be read: {error}"), "set KUBECONFIG to a readable file")
    })?;
    let config: Value = serde_json::from_str(&output).unwrap_or_default();
    let known: Vec<&str> = items(&config["contexts"]).iter().filter_map(|context| context["name"].as_str()).collect();
    let current = config["current-context"].as_str().filter(|current| !current.is_empty());
    if wanted.is_some_and(|wanted| wanted.trim().is_empty()) {
        return Err(Failure::invalid(
            "the context given with --context is empty",
            format!(
                "name one; in GitHub, set the variable KUBE_CONTEXT of the environment; {}",
                known_contexts(&known)
            ),
        ));
    }
    let Some(context) = wanted.or(current) else {
        return Err(Failure::invalid(
            "no context is given and the kubeconfig has no current one",
            format!("name one with --context; {}", known_contexts(&known)),
        ));
    };
    if !known.contains(&context) {
        return Err(Failure::invalid(
            format!("context `{context}` is not in the kubeconfig"),
            format!("name another with --context; {}", known_contexts(&known)),
        ));
    }
    Ok(context.to_owned())
}

/// Where the kubeconfig comes from is what is wrong when it is empty.
fn known_contexts(known: &[&str]) -> String {
    if known.is_empty() {
        "the kubeconfig has none: set KUBECONFIG to a file, or KUBECONFIG_SECRET to the content of one".to_owned()
    } else {
        format!("known: {}", known.join(", "))
    }
}

/// Looks at the namespace, the lock, the records and those of `objects` that exist.
///
/// # Errors
/// Exit 5 when a right is missing, 9 when the API server cannot be reached.
pub fn look(kubectl: &Kubectl, namespace: &str, objects: &[Value], this: &Holder) -> Result<Live, Failure> {
    let stub = |api: &str, kind: &str, name: &str| json!({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}});
    let mut wanted = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        stub("coordination.k8s.io/v1", "Lease", &lock::name()),
    ];
    wanted.extend(objects.iter().filter(|object| object["kind"] != "Namespace").cloned());
    let found = get_objects(kubectl, "the live objects", &[], &wanted)?;
    let now = clock::now();
    let lease = found.iter().find(|object| object["kind"] == "Lease");
    let mut live = Live {
        now,
        namespace_exists: found.iter().any(|object| object["kind"] == "Namespace"),
        lock: lease.map_or(Lock::Absent, |lease| Lock::read(lease, now, this)),
        records: Vec::new(),
        objects: Vec::new(),
        left_over: Vec::new(),
    };
    if live.namespace_exists {
        let selector = format!("app={APP},{}", record::SELECTOR);
        let records = get(kubectl, "the release records", &["-n", namespace, "configmaps", "-l", &selector], None)?;
        live.records = record::read_all(&records)?;
    }
    live.objects = found.into_iter().filter(|object| object["kind"] != "Lease").collect();
    Ok(live)
}

/// Those objects of recorded releases that exist and that `release` does not have.
///
/// # Errors
/// Exit 5 when a right is missing, 9 when the API server cannot be reached.
pub fn left_over(kubectl: &Kubectl, records: &[Record], release: &Release) -> Result<Vec<Value>, Failure> {
    let candidates = record::left_over(records, release);
    if candidates.is_empty() {
        return Ok(candidates);
    }
    get_objects(kubectl, "objects of earlier releases", &["--show-managed-fields"], &candidates)
}

/// Whether this tool applied a live object: somebody else may have made one of the same name since.
#[must_use]
pub fn is_ours(object: &Value) -> bool {
    items(at(object, "metadata.managedFields")).iter().any(|entry| entry["manager"] == FIELD_MANAGER)
}

/// Those of some objects that exist.
fn get_objects(kubectl: &Kubectl, what: &str, arguments: &[&str], objects: &[Value]) -> Result<Vec<Value>, Failure> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let found = get(kubectl, what, &[arguments, &["-f", "-"]].concat(), Some(&list))?;
    // One object comes alone, several come as a list.
    let mut found = if found["kind"] == "List" { items(&found["items"]).to_vec() } else { vec![found] };
    found.retain(|object| !object.is_null());
    Ok(found)
}

fn get(kubectl: &Kubectl, what: &str, arguments: &[&str], stdin: Option<&str>) -> Result<Value, Failure> {
    let mut all = vec!["get"];
    all.extend(arguments);
    all.extend(["-o", "json", "--ignore-not-found"]);
    let doing = format!("cannot read {what}");
    let output = kubectl.call(&kubectl.argv(&all), stdin).map_err(|error| Failure::before_changes(&doing, &error))?;
    // Nothing at all is what --ignore-not-found prints for nothing.
    if output.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&output).map_err(|error| {
        Failure::new(Exit::Failed, format!("{doing}: kubectl printed no JSON: {error}"), "repeat with --verbose")
    })
}

/// Refuses while another deploy holds the lock.
///
/// # Errors
/// Exit 5.
pub fn check_lock(lock: &Lock) -> Result<(), Failure> {
    let Lock::Held { holder, until } = lock else { return Ok(()) };
    Err(Failure::new(
        Exit::Refused,
        format!("another deploy holds the lock: {holder}, until {} at the latest", clock::time(*until)),
        format!("wait for it; if it is certainly dead: kubectl delete lease {}", lock::name()),
    ))
}

/// Checks that the live Secrets have the keys of the template, without reading a value.
///
/// # Errors
/// Exit 4 when one is missing.
pub fn check_secrets(kubectl: &Kubectl, namespace: &str, template: &SecretTemplate) -> Result<(), Failure> {
    for (secret, keys) in &template.0 {
        let only_keys = "go-template={{range $key, $_ := .data}}{{$key}} {{end}}";
        let argv = kubectl.argv(&["-n", namespace, "get", "secret", secret, "--ignore-not-found", "-o", only_keys]);
        let output = kubectl
            .call(&argv, None)
            .map_err(|error| Failure::before_changes(&format!("cannot look at Secret {secret}"), &error))?;
        let present: Vec<&str> = output.split_whitespace().collect();
        let missing: Vec<&str> = keys.iter().map(String::as_str).filter(|key| !present.contains(key)).collect();
        if !missing.is_empty() {
            return Err(Failure::invalid(
                format!("Secret {secret} in {namespace} does not have {}", missing.join(", ")),
                secret_command(namespace, secret, &missing),
            ));
        }
    }
    Ok(())
}

/// How to create a Secret that is missing.
#[must_use]
pub fn secret_command(namespace: &str, secret: &str, keys: &[&str]) -> String {
    let literals: Vec<String> = keys.iter().map(|key| format!("--from-literal={key}=…")).collect();
    format!("create it: kubectl -n {namespace} create secret generic {secret} {}", literals.join(" "))
}

/// What an apply would change, by the server's own dry run; conflicts and invalid objects show here, before anything is
/// applied.
///
/// # Errors
/// Exit 5 when the server refuses an object, 9 when it cannot be reached.
pub fn diff(kubectl: &Kubectl, release: &Release, force: bool) -> Result<Vec<String>, Failure> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": release.objects}).to_string();
    let argv = diff_argv(kubectl, force);
    let Err(error) = kubectl.call(&argv, Some(&list)) else { return Ok(Vec::new()) };
    // 1 means a difference, everything above an error; an error of kubectl itself may be 1 too, but then it says so.
    if error.code == Some(1) && error.output.contains("diff -u -N ") {
        return Ok(changed(&error.output, release));
    }
    if error.said.contains("panic:") && error.fault == Fault::Other {
        return Err(Failure::new(
            Exit::Refused,
            "kubectl diff crashed: an object of this release was changed by somebody else at the same moment",
            "repeat the command",
        ));
    }
    Err(Failure::before_changes("the server would not accept this release", &error))
}

fn diff_argv(kubectl: &Kubectl, force: bool) -> Vec<String> {
    let manager = format!("--field-manager={FIELD_MANAGER}");
    let mut arguments = vec!["diff", "--server-side", &manager];
    if force {
        arguments.push("--force-conflicts");
    }
    arguments.extend(["-f", "-"]);
    kubectl.argv(&arguments)
}

/// The objects that differ: `diff` names a file `group.version.Kind.namespace.name` for each.
fn changed(output: &str, release: &Release) -> Vec<String> {
    let headers: Vec<&str> = output.lines().filter(|line| line.starts_with("diff -u -N ")).collect();
    release
        .objects
        .iter()
        .filter(|object| {
            let (kind, name) = (object["kind"].as_str().unwrap_or_default(), name(object));
            headers.iter().any(|line| line.contains(&format!(".{kind}.")) && line.ends_with(&format!(".{name}")))
        })
        .map(crate::deploy::release::id)
        .collect()
}
