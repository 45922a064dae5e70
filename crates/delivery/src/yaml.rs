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

    use super::{documents, starts};

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
}
