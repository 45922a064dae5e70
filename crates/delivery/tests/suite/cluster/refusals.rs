//! Deploys that are refused: by our own checks, by another owner of a field, by rights, by the server's validation.

use delivery::deploy::APP;
use serde_json::{Value, json};

use crate::support::proxy::Fault;
use crate::support::scene::{Scene, kubectl};

#[test]
fn a_conflict_changes_nothing_until_it_is_forced() {
    let scene = Scene::new("conflict");
    scene.deploy("v0.1.0", &[]).expect(0);
    let foreign = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": format!("{APP}-config"), "namespace": scene.namespace}, "data": {"LOG_LEVEL": "TRACE"}});
    let apply = ["apply", "--server-side", "--field-manager=somebody", "--force-conflicts", "-f", "-"];
    kubectl(&apply, Some(&foreign.to_string())).expect(0);
    let before = scene.versions();
    scene.deploy("v0.2.0", &[]).expect(5).says("somebody").says("--force");
    assert_eq!(scene.versions(), before);
    scene.assert_runs("v0.1.0");
    scene.deploy("v0.2.0", &["--force"]).expect(0);
    scene.assert_runs("v0.2.0");
    assert_eq!(scene.get("v1/configmaps", &format!("{APP}-config"))["data"]["LOG_LEVEL"], "DEBUG");
}

#[test]
fn without_rights_nothing_is_changed() {
    let owner = Scene::new("owner");
    kubectl(&["-n", &owner.namespace, "create", "serviceaccount", "nobody"], None).expect(0);
    let token = kubectl(&["-n", &owner.namespace, "create", "token", "nobody"], None).expect(0).stdout;
    let view = kubectl(&["config", "view", "--raw", "--flatten", "--minify", "-o", "json"], None).expect(0).stdout;
    let mut config: Value = serde_json::from_str(&view).unwrap();
    config["users"] = json!([{"name": "nobody", "user": {"token": token.trim()}}]);
    config["contexts"][0]["context"]["user"] = json!("nobody");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), config.to_string()).unwrap();
    let scene = Scene::seen_through("forbidden", file.path());
    scene.deploy("v0.1.0", &[]).expect(5).says("forbidden").says("ask for the right");
    assert!(scene.proxy.take_log().iter().all(|(_, _, mutating)| !mutating));
}

#[test]
fn what_the_servers_validation_refuses_is_found_before_anything_is_applied() {
    let scene = Scene::new("invalid");
    scene.edit("base/deployment.yaml", "maxSurge: 1", "maxSurge: 0");
    scene.deploy("v0.1.0", &[]).expect(5).says("maxUnavailable");
    assert_eq!(scene.deployment(), Value::Null);
    assert!(scene.records().is_empty());
}

#[test]
fn a_refusal_half_way_says_what_was_applied_and_what_was_not() {
    let scene = Scene::new("partly");
    let fault = Fault::Status { code: 422, retry_after: false };
    scene
        .proxy
        .fault(usize::MAX, fault, |request| request.is_mutating() && request.path().contains("/poddisruptionbudgets/"));
    let ended = scene.deploy("v0.1.0", &[]).expect(6);
    assert!(ended.stderr.contains(&format!("not applied: PodDisruptionBudget/{APP}")), "{}", ended.stderr);
    assert!(ended.stderr.contains(&format!("Deployment/{APP}; not applied")), "{}", ended.stderr);
    assert_eq!(scene.lock_holder(), "");
}

#[test]
fn tags_contexts_and_timeouts_are_checked_first() {
    let scene = Scene::new("input");
    for (arguments, code, says) in [
        (&["--env", "staging", "--tag", "no/tag"][..], 4, "is not an image tag"),
        (&["--env", "staging", "--tag", "v9.9.9"], 4, "has no kasbench/"),
        (&["--env", "staging", "--tag", "v0.1.0", "--context", "other"], 4, "context `other` is not in the kubeconfig"),
        (&["--env", "staging", "--tag", "v0.1.0", "--timeout", "3s"], 4, "progressDeadlineSeconds of 4"),
        (&["--env", "production", "--tag", "latest", "--context", "test"], 4, "not a release tag"),
        (&["--env", "production", "--tag", "main-sha123456", "--context", "test"], 4, "not a release tag"),
        (&["--env", "production", "--tag", "pr-7", "--context", "test"], 4, "not a release tag"),
        (&["--env", "production", "--tag", "v0.1.0"], 4, "wants its context named"),
        (&["--env", "production", "--tag", "v0.1.0", "--context", ""], 4, "the context given with --context is empty"),
        (&["--env", "staging", "--tag", "v0.1.0", "--context", ""], 4, "set the variable KUBE_CONTEXT"),
        (&["--env", "staging"], 2, "--tag"),
        (&["--tag", "v0.1.0"], 2, "--env"),
        (&["--env", "staging", "--tag", "v0.1.0", "--rollback"], 2, "cannot be used with"),
        (&["--env", "staging", "--rollback"], 4, "there is nothing to go back to"),
        (&["--env", "staging", "--rollback", "--to", "v0.1.0"], 4, "no release record of v0.1.0"),
    ] {
        let ended = scene.run(arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(says), "{arguments:?}: {says:?} is not in {}", ended.stderr);
    }
    assert!(scene.proxy.take_log().iter().all(|(_, _, mutating)| !mutating));
}

#[test]
fn without_a_current_context_there_is_no_default() {
    let scene = Scene::new("context");
    scene.rewrite_kubeconfig(|config| config["current-context"] = json!(""));
    scene.deploy("v0.1.0", &[]).expect(4).says("no context is given").says("test");
    scene.deploy("v0.1.0", &["--context", "test"]).expect(0).says("context test");
}

#[test]
fn a_secret_without_its_keys_is_refused_and_never_touched() {
    let scene = Scene::empty("secret");
    scene.create_namespace();
    scene.deploy("v0.1.0", &[]).expect(4).says("does not have MONGODB_URL").says("create secret generic");
    let name = format!("{APP}-secrets");
    kubectl(&["-n", &scene.namespace, "create", "secret", "generic", &name, "--from-literal=OTHER=x"], None).expect(0);
    let before = scene.get("v1/secrets", &name);
    scene.deploy("v0.1.0", &[]).expect(4).says("does not have MONGODB_URL");
    assert_eq!(scene.get("v1/secrets", &name), before);
}
