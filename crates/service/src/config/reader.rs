//! Reads variables and remembers what is wrong with them.

use super::{ConfigError, Variable, parsers};
use std::ffi::OsString;

/// Looks variables up and collects problems.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// The value of a variable with a default; `None` when there is a problem.
    pub(super) fn required<T>(&mut self, variable: &Variable, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let found = self.find(variable);
        let (name, text) = match (found, variable.default) {
            (Some(found), _) => found,
            (None, Some(default)) => (variable.name.to_owned(), default.to_owned()),
            (None, None) => {
                self.problems.push(format!("{}: must be set", variable.name));
                return None;
            }
        };
        self.parse(variable, &name, &text, parse)
    }

    /// The value of a variable that may be missing; `None` also when there is a problem.
    pub(super) fn optional<T>(&mut self, variable: &Variable, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let (name, text) = self.find(variable)?;
        self.parse(variable, &name, &text, parse)
    }

    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError(self.problems)) }
    }

    fn parse<T>(
        &mut self,
        variable: &Variable,
        name: &str,
        text: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(text) {
            Ok(value) => Some(value),
            Err(problem) => {
                let shown =
                    if variable.secret { String::new() } else { format!(" (it is {:?})", parsers::masked(text)) };
                self.problems.push(format!("{name}: {problem}{shown}"));
                None
            }
        }
    }

    /// The first of the variable's names that is set, and its text. An empty text counts as not set: charts write
    /// `""` for what they leave out.
    fn find(&mut self, variable: &Variable) -> Option<(String, String)> {
        let names = std::iter::once(&variable.name).chain(variable.aliases);
        for name in names {
            if let Some(text) = self.text(name) {
                return Some(((*name).to_owned(), text));
            }
            let file = format!("{name}_FILE");
            if let Some(path) = variable.secret.then(|| self.text(&file)).flatten() {
                match std::fs::read_to_string(&path) {
                    Ok(text) => return Some((file, text.trim_end().to_owned())),
                    Err(error) => self.problems.push(format!("{file}: cannot read {path}: {error}")),
                }
            }
        }
        None
    }

    fn text(&mut self, name: &str) -> Option<String> {
        if let Ok(text) = (self.lookup)(name)?.into_string() {
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        } else {
            self.problems.push(format!("{name}: is not valid UTF-8"));
            None
        }
    }
}
