//! The name of a model.

use super::ModelRuleError;
use std::fmt;

const MAX_CHARACTERS: usize = 255;

/// A name of 1 to 255 characters without surrounding white space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelName(String);

impl ModelName {
    /// Trims `text` and takes it when 1 to 255 characters are left.
    pub fn new(text: &str) -> Result<Self, ModelRuleError> {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.chars().count() > MAX_CHARACTERS {
            return Err(ModelRuleError::Name);
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(ModelName::new("  Growth 60/40\t").expect("valid").as_str(), "Growth 60/40");
        assert!(ModelName::new(&"ü".repeat(255)).is_ok());
        for text in ["", " \t\n", &"x".repeat(256)] {
            assert_eq!(ModelName::new(text), Err(ModelRuleError::Name), "{text:?}");
        }
    }
}
