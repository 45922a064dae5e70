//! A stage for one deploy test: a namespace of its own on the disposable cluster, a registry, a copy of the manifests,
//! and a proxy between the deploy tool and the API server.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, thread};

use delivery::deploy::APP;
use delivery::environment;
use delivery::interrupt::Interrupt;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::http::{ask, get_json};
use super::planted::shipped;
use super::proxy::Proxy;
use super::registry::Registry;

/// Tags that every scene's registry knows.
pub(crate) const TAGS: [&str; 6] = ["v0.1.0", "v0.2.0", "v0.3.0", "v0.4.0", "latest", "main-sha123456"];

/// The stage.
pub(crate) struct Scene {
    pub(crate) namespace: String,
    pub(crate) registry: Registry,
    pub(crate) proxy: Proxy,
    dir: TempDir,
    bridge: Child,
    direct: SocketAddr,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Asserts the exit code, and shows everything when it is another.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    pub(crate) fn says(self, text: &str) -> Self {
        let all = format!("{}{}", self.stdout, self.stderr);
        assert!(all.contains(text), "{text:?} is not in\n{all}");
        self
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The cluster's kubeconfig. A suite that cannot run must not look green.
fn cluster() -> PathBuf {
    environment::test_kubeconfig()
        .expect("TEST_KUBECONFIG is not set: run this through `cargo xtask cluster run -- …`, which provides a cluster")
}

/// The kubectl of a minor version, when the machine has it; with `None` the newest one that has a version in its name.
pub(crate) fn kubectl_binary(minor: Option<u32>) -> Option<PathBuf> {
    let all = environment::test_kubectls().unwrap_or_default();
    let of = |path: &Path| path.file_name()?.to_str()?.strip_prefix("kubectl.1.")?.parse::<u32>().ok();
    match minor {
        Some(minor) => all.into_iter().find(|path| of(path) == Some(minor)),
        None => Some(all.into_iter().max_by_key(|path| of(path)).unwrap_or_else(|| PathBuf::from("kubectl"))),
    }
}

/// Asks the cluster directly, as its administrator.
pub(crate) fn kubectl(arguments: &[&str], stdin: Option<&str>) -> Ended {
    let binary = kubectl_binary(None).unwrap();
    let argv: Vec<String> = [binary.display().to_string(), format!("--kubeconfig={}", cluster().display())]
        .into_iter()
        .chain(arguments.iter().map(|argument| (*argument).to_owned()))
        .collect();
    let done = delivery::process::run(&argv, stdin, Duration::from_mins(1), &Interrupt::default()).unwrap();
    Ended { code: done.code.unwrap_or(-1), stdout: done.stdout, stderr: done.stderr }
}

/// Waits until something is so; panics when it does not become so in half a minute.
pub(crate) fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what} did not happen within 30 s");
        thread::sleep(Duration::from_millis(50));
    }
}

impl Scene {
    /// A stage whose namespace exists and has the Secret.
    pub(crate) fn new(name: &str) -> Self {
        let scene = Self::empty(name);
        scene.create_namespace();
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": format!("{APP}-secrets")},
            "stringData": {"MONGODB_URL": "mongodb://u:hunter2@db"}});
        let path = format!("/api/v1/namespaces/{}/secrets", scene.namespace);
        assert_eq!(ask(scene.direct, "POST", &path, &secret.to_string()).unwrap()["kind"], "Secret");
        scene
    }

    /// A stage whose namespace does not exist yet.
    pub(crate) fn empty(name: &str) -> Self {
        Self::seen_through(name, &cluster())
    }

    /// A stage whose deploys reach the cluster with the rights of another kubeconfig.
    pub(crate) fn seen_through(name: &str, kubeconfig: &Path) -> Self {
        let unique = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() % 1_000_000_000;
        let namespace = format!("t-{name}-{}-{unique}", std::process::id());
        let (bridge, address) = bridge(kubeconfig);
        let proxy = Proxy::start(address);
        let dir = TempDir::new().unwrap();
        delivery::workspace::copy_tree(&shipped(), &dir.path().join("deployments")).unwrap();
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": proxy.url()}}],
            "users": [],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": ""}}],
        });
        fs::write(dir.path().join("kubeconfig"), config.to_string()).unwrap();
        let scene = Self { namespace, registry: Registry::start(&TAGS), proxy, dir, bridge, direct: address };
        // Simulated nodes, and rollouts that are judged in seconds.
        scene.edit(
            "base/deployment.yaml",
            "      enableServiceLinks: false\n",
            "      enableServiceLinks: false\n      nodeSelector:\n        type: kwok\n",
        );
        scene.edit("base/deployment.yaml", "progressDeadlineSeconds: 300", "progressDeadlineSeconds: 4");
        scene.edit("base/deployment.yaml", "minReadySeconds: 5", "minReadySeconds: 0");
        scene
    }

    pub(crate) fn create_namespace(&self) {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}});
        let created = ask(self.direct, "POST", "/api/v1/namespaces", &namespace.to_string()).unwrap();
        assert_eq!(created["kind"], "Namespace", "{created}");
    }

    /// Replaces the first occurrence of `from` in one of the scene's manifests.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.dir.path().join("deployments").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not contain {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Writes one of the scene's manifests.
    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.dir.path().join("deployments").join(file), text).unwrap();
    }

    /// Changes the kubeconfig that deploys see.
    pub(crate) fn rewrite_kubeconfig(&self, change: impl FnOnce(&mut Value)) {
        let path = self.dir.path().join("kubeconfig");
        let mut config: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut config);
        fs::write(path, config.to_string()).unwrap();
    }

    /// The kubeconfig that deploys see, as a GitHub environment holds it.
    pub(crate) fn kubeconfig(&self) -> String {
        fs::read_to_string(self.dir.path().join("kubeconfig")).unwrap()
    }

    /// A new directory for a deploy's temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        let dir = self.dir.path().join("tmp");
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    /// Deletes every release record.
    pub(crate) fn forget_records(&self) {
        kubectl(&["-n", &self.namespace, "delete", "configmap", "-l", "globeco.io/record=release"], None).expect(0);
    }

    /// Waits until the deploy watches its rollout: it has applied the last object and read the Deployment twice.
    pub(crate) fn wait_for_watch(&self) {
        wait_until("the watch of the rollout", || self.is_watched());
    }

    /// Whether a deploy watches its rollout by now.
    pub(crate) fn is_watched(&self) -> bool {
        let (last, read) = ("/poddisruptionbudgets/", format!("/deployments/{APP}"));
        let log = self.proxy.log();
        let applied = log.iter().position(|(_, target, mutating)| *mutating && target.contains(last));
        applied.is_some_and(|applied| {
            log[applied..].iter().filter(|(method, target, _)| method == "GET" && target.contains(&read)).count() >= 2
        })
    }

    /// Lets the pods fit on no node.
    pub(crate) fn make_stuck(&self) {
        self.edit("overlays/staging/patches/staging-resources.yaml", "cpu: 100m", "cpu: 1000");
        self.edit("overlays/staging/patches/staging-resources.yaml", "cpu: \"1\"", "cpu: \"1000\"");
    }

    /// Lets the pods fit on a node only once [`Scene::admit`] was called.
    pub(crate) fn make_slow(&self) {
        self.edit(
            "base/deployment.yaml",
            "        type: kwok\n",
            &format!("        type: kwok\n        {}: \"yes\"\n", self.namespace),
        );
        self.edit("base/deployment.yaml", "progressDeadlineSeconds: 4", "progressDeadlineSeconds: 60");
    }

    pub(crate) fn admit(&self) {
        kubectl(&["label", "node", "-l", "type=kwok", &format!("{}=yes", self.namespace)], None).expect(0);
    }

    /// The deploy command with the scene's surroundings, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_delivery"));
        self.dress(&mut command, arguments);
        command
    }

    /// Gives a command that runs `deploy` its arguments and the scene's surroundings.
    pub(crate) fn dress(&self, command: &mut Command, arguments: &[&str]) {
        let deployments = self.dir.path().join("deployments").display().to_string();
        let kubectl = kubectl_binary(None).unwrap().display().to_string();
        command.arg("deploy").args(arguments);
        for (option, value) in [
            ("--namespace", self.namespace.as_str()),
            ("--registry", self.registry.url()),
            ("--deployments", &deployments),
            ("--kubectl", &kubectl),
            ("--timeout", "60s"),
            ("--health-timeout", "2s"),
            ("--unreachable-after", "2s"),
            ("--request-timeout", "3s"),
        ] {
            if !arguments.contains(&option) {
                command.args([option, value]);
            }
        }
        command
            .env("KUBECONFIG", self.dir.path().join("kubeconfig"))
            .env("HOME", self.dir.path())
            .env("NO_COLOR", "1")
            .env_remove("GITHUB_ACTIONS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    /// Runs a deploy command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// Deploys a tag to staging.
    pub(crate) fn deploy(&self, tag: &str, arguments: &[&str]) -> Ended {
        self.run(&[&["--env", "staging", "--tag", tag], arguments].concat())
    }

    /// What is at a path below the namespace: `apps/v1/deployments/x`, `v1/secrets`. `null` when there is nothing.
    fn below(&self, path: &str) -> Value {
        let (version, resource) = path.split_at(path.rfind("v1/").unwrap() + 2);
        let root = if version == "v1" { "/api" } else { "/apis" };
        let found =
            get_json(self.direct, &format!("{root}/{version}/namespaces/{}{resource}", self.namespace)).unwrap();
        if found["kind"] == "Status" { Value::Null } else { found }
    }

    /// One object of the namespace; `null` when there is none.
    pub(crate) fn get(&self, resource: &str, name: &str) -> Value {
        self.below(&format!("{resource}/{name}"))
    }

    pub(crate) fn namespace_exists(&self) -> bool {
        get_json(self.direct, &format!("/api/v1/namespaces/{}", self.namespace)).unwrap()["kind"] == "Namespace"
    }

    /// The live Deployment.
    pub(crate) fn deployment(&self) -> Value {
        self.get("apps/v1/deployments", APP)
    }

    /// The image that the live Deployment runs.
    pub(crate) fn image(&self) -> String {
        self.deployment()["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap_or_default().to_owned()
    }

    /// Asserts that the Deployment runs the image of a tag.
    pub(crate) fn assert_runs(&self, tag: &str) {
        assert_eq!(self.image(), format!("{}@{}", delivery::deploy::release::IMAGE, self.registry.digest(tag)));
    }

    /// Who holds the lock; empty when nobody does.
    pub(crate) fn lock_holder(&self) -> String {
        self.get("coordination.k8s.io/v1/leases", &format!("{APP}-deploy"))["spec"]["holderIdentity"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The state of each release record, by revision.
    pub(crate) fn records(&self) -> Vec<String> {
        let list = self.below("v1/configmaps?labelSelector=globeco.io/record=release");
        let state = |map: &Value| map["metadata"]["labels"]["globeco.io/state"].as_str().unwrap_or_default().to_owned();
        list["items"].as_array().unwrap().iter().map(state).collect()
    }

    /// The resource version of every object that a deploy applies or keeps and that no controller touches.
    pub(crate) fn versions(&self) -> Vec<String> {
        let resources = [
            "v1/serviceaccounts",
            "v1/configmaps",
            "v1/services",
            "v1/secrets",
            "networking.k8s.io/v1/networkpolicies",
            "coordination.k8s.io/v1/leases",
        ];
        let mut versions = Vec::new();
        for resource in resources {
            for object in self.below(resource)["items"].as_array().unwrap() {
                let metadata = &object["metadata"];
                versions.push(format!("{resource}/{} {}", metadata["name"], metadata["resourceVersion"]));
            }
        }
        versions
    }

    /// Requests in the API server's own audit log that changed something in this namespace, when it keeps one.
    pub(crate) fn audited_changes(&self) -> Option<Vec<String>> {
        let log = fs::read_to_string(environment::test_audit_log()?).unwrap();
        let changes = log
            .lines()
            .filter(|line| line.contains(&self.namespace))
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|event| {
                event["user"]["username"] == "test-admin" && event["objectRef"]["namespace"] == self.namespace.as_str()
            })
            .filter(|event| event["userAgent"].as_str().is_some_and(|agent| agent.starts_with("kubectl")))
            .filter(|event| ["create", "update", "patch", "delete"].iter().any(|verb| event["verb"] == *verb))
            .filter_map(|event| event["requestURI"].as_str().map(str::to_owned))
            .filter(|uri| !uri.contains("dryRun=All"))
            .collect();
        Some(changes)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // A namespace that is not there, or stays, does no harm: the cluster is disposable.
        let _ = ask(self.direct, "DELETE", &format!("/api/v1/namespaces/{}", self.namespace), "");
        let _ = self.bridge.kill();
        let _ = self.bridge.wait();
    }
}

/// `kubectl proxy`: plain HTTP on loopback for the scene's own proxy to speak. It ends with the test's thread.
fn bridge(kubeconfig: &Path) -> (Child, SocketAddr) {
    let mut child = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--"])
        .arg(kubectl_binary(None).unwrap())
        .arg(format!("--kubeconfig={}", kubeconfig.display()))
        .args(["proxy", "--port=0", "--address=127.0.0.1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
    (child, address)
}
