//! YAML documents as JSON values, which is what Kubernetes makes of them too.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A text that is not YAML, or not of the expected shape.
#[derive(Debug, thiserror::Error)]
#[error("not valid YAML: {0}")]
pub struct YamlError(String);

/// All documents of a stream, empty ones left out. Duplicate keys are an error.
///
/// # Errors
/// When the text is not YAML.
pub fn documents(text: &str) -> Result<Vec<Value>, YamlError> {
    let values = serde_saphyr::from_multiple::<Value>(text).map_err(|error| YamlError(error.to_string()))?;
    Ok(values.into_iter().filter(|value| !value.is_null()).collect())
}

/// Where a text is not YAML as Kubernetes reads it, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// `Kind/name` of the object there; empty when it cannot be told.
    pub object: String,
    /// The key that stands twice, when it is that.
    pub duplicate: Option<String>,
    /// What is wrong.
    pub message: String,
}

/// The first fault of a stream; `None` when [`documents`] reads it.
#[must_use]
pub fn fault(text: &str) -> Option<Fault> {
    let error = serde_saphyr::from_multiple::<Value>(text).err()?;
    let error = error.without_snippet();
    let line = error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(usize::MAX));
    let object = object_at(text, line).unwrap_or_default();
    Some(match error {
        serde_saphyr::Error::DuplicateMappingKey { key, .. } => {
            let key = key.clone().unwrap_or_else(|| "?".to_owned());
            let message = format!("the key `{key}` stands twice in one mapping, the second time on line {line}");
            Fault { line, object, duplicate: Some(key), message }
        }
        other => Fault { line, object, duplicate: None, message: format!("not valid YAML: {other}") },
    })
}

/// The object on a line, if the text can be read when of two equal keys the first counts.
fn object_at(text: &str, line: usize) -> Option<String> {
    let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::FirstWins };
    let objects = serde_saphyr::from_multiple_with_options::<Value>(text, options).ok()?;
    let mut objects = objects.into_iter().filter(|value| !value.is_null());
    let index = starts(text).iter().rposition(|start| *start <= line)?;
    let object = objects.nth(index)?;
    Some(format!("{}/{}", object["kind"].as_str()?, object["metadata"]["name"].as_str()?))
}

/// One document of a known shape.
///
/// # Errors
/// When the text is not YAML or has another shape.
pub fn document<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    serde_saphyr::from_str(text).map_err(|error| YamlError(error.to_string()))
}

/// The line, from 1, on which each non-empty document of a stream starts.
#[must_use]
pub fn starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_end() == "---" {
            open = false;
        } else if !open && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            open = true;
            starts.push(index + 1);
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{documents, fault, starts};

    const STREAM: &str = "# a comment\n---\na: 1\n---\n# only a comment\n---\nb: \"1\"\nc: [1.5, true, x]\n";

    #[test]
    fn documents_are_read_as_kubernetes_reads_them() {
        assert_eq!(documents(STREAM).unwrap(), [json!({"a": 1}), json!({"b": "1", "c": [1.5, true, "x"]})]);
    }

    #[test]
    fn documents_start_at_their_first_line_that_says_something() {
        assert_eq!(starts(STREAM), [3, 7]);
    }

    #[test]
    fn a_duplicate_key_is_an_error() {
        assert!(documents("a: 1\na: 2\n").is_err());
    }

    #[test]
    fn a_fault_names_line_object_and_key() {
        let text = "kind: A\nmetadata:\n  name: one\n---\nkind: B\nmetadata:\n  name: two\n  name: three\n";
        let fault_there = fault(text).unwrap();
        assert_eq!((fault_there.line, fault_there.object.as_str()), (8, "B/two"));
        assert_eq!(fault_there.duplicate.as_deref(), Some("name"));
        let broken = fault("kind: A\nmetadata: [\n").unwrap();
        assert_eq!((broken.object.as_str(), broken.duplicate), ("", None));
        assert!(broken.message.starts_with("not valid YAML"), "{}", broken.message);
        assert_eq!(fault("a: 1\n---\nb: 2\n"), None);
    }
}
