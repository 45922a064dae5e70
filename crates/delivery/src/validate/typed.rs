//! Each object against the type that Kubernetes 1.33 gives it: nothing unknown, nothing missing, nothing of a wrong type.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where and how an object departs from its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `unknown-kind`, `unknown-field`, `wrong-type` or `missing-field`.
    pub rule: &'static str,
    /// Where in the object.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// Checks an object against its type.
///
/// # Errors
/// Every departure from the type; a wrong type is found one at a time, since reading stops there.
pub fn check(value: &Value) -> Result<(), Vec<Fault>> {
    let kind = value["kind"].as_str().unwrap_or_default();
    let api_version = value["apiVersion"].as_str().unwrap_or_default();
    match (api_version, kind) {
        ("v1", "Namespace") => strict::<Namespace>(value),
        ("v1", "ServiceAccount") => strict::<ServiceAccount>(value),
        ("v1", "ConfigMap") => strict::<ConfigMap>(value),
        ("v1", "Secret") => strict::<Secret>(value),
        ("v1", "Service") => strict::<Service>(value),
        ("networking.k8s.io/v1", "NetworkPolicy") => strict::<NetworkPolicy>(value),
        ("apps/v1", "Deployment") => strict::<Deployment>(value),
        ("policy/v1", "PodDisruptionBudget") => strict::<PodDisruptionBudget>(value),
        ("autoscaling/v2", "HorizontalPodAutoscaler") => strict::<HorizontalPodAutoscaler>(value),
        _ => {
            let message = format!("`{api_version}` `{kind}` is not among the kinds that are validated and deployed");
            Err(vec![Fault { rule: "unknown-kind", path: "kind".to_owned(), message }])
        }
    }
}

fn strict<T: DeserializeOwned + Serialize>(value: &Value) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(value, &mut track);
    let mut note = |path: serde_ignored::Path<'_>| {
        // `?` stands for an optional that was stepped through.
        let path = path.to_string().replace(".?", "");
        let message = format!("`{path}` is not a field of this kind");
        faults.push(Fault { rule: "unknown-field", path, message });
    };
    let ignored = serde_ignored::Deserializer::new(tracked, &mut note);
    match T::deserialize(ignored) {
        Ok(typed) => {
            // Required fields that are missing are read as empty ones: they show when the object is written again.
            match serde_json::to_value(&typed) {
                Ok(written) => missing(&written, value, "", &mut faults),
                Err(error) => faults.push(wrong_type(String::new(), &error)),
            }
            if faults.is_empty() { Ok(()) } else { Err(faults) }
        }
        Err(error) => {
            faults.push(wrong_type(track.path().to_string(), &error));
            Err(faults)
        }
    }
}

fn wrong_type(path: String, error: &serde_json::Error) -> Fault {
    Fault { rule: "wrong-type", path, message: error.to_string() }
}

fn missing(written: &Value, read: &Value, path: &str, faults: &mut Vec<Fault>) {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            for (key, value) in written {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if let Some(read) = read.get(key).filter(|read| !read.is_null()) {
                    missing(value, read, &path, faults);
                } else {
                    let message = format!("`{path}` is required");
                    faults.push(Fault { rule: "missing-field", path, message });
                }
            }
        }
        (Value::Array(written), Value::Array(read)) => {
            for (index, (written, read)) in written.iter().zip(read).enumerate() {
                missing(written, read, &format!("{path}[{index}]"), faults);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    fn deployment() -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {
            "selector": {"matchLabels": {"app": "a"}},
            "template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "ports": [{"containerPort": 80}]}]}}}})
    }

    fn faults(value: &Value) -> Vec<(String, String)> {
        check(value).unwrap_err().into_iter().map(|fault| (fault.rule.to_owned(), fault.path)).collect()
    }

    #[test]
    fn a_well_formed_object_passes() {
        assert!(check(&deployment()).is_ok());
    }

    #[test]
    fn departures_are_named_with_their_path() {
        let container = "/spec/template/spec/containers/0";
        let cases: [(&str, Value, &str, &str); 5] = [
            (container, json!({"name": "a", "imagee": "b"}), "unknown-field", "spec.template.spec.containers.0.imagee"),
            (container, json!({"name": 1}), "wrong-type", "spec.template.spec.containers[0].name"),
            (container, json!({"image": "b"}), "missing-field", "spec.template.spec.containers[0].name"),
            ("/spec/selector", Value::Null, "missing-field", "spec.selector"),
            ("/kind", json!("DaemonSet"), "unknown-kind", "kind"),
        ];
        for (pointer, planted, rule, path) in cases {
            let mut value = deployment();
            *value.pointer_mut(pointer).unwrap() = planted;
            assert_eq!(faults(&value), [(rule.to_owned(), path.to_owned())]);
        }
    }
}
