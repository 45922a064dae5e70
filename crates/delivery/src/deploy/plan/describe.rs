//! A plan as people read it.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Plan, Recovery, Step};
use crate::deploy::release::id;
use crate::process::shell_words;

impl Plan {
    /// The plan for people, every command as it will be run.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut out = format!("{}\n", self.title);
        for note in &self.notes {
            let _ = writeln!(out, "note: {note}");
        }
        describe_steps(&mut out, &self.steps);
        if let Some(unlock) = &self.unlock {
            out.push_str("finally, however it ends:\n");
            describe_steps(&mut out, std::slice::from_ref(unlock));
        }
        if !self.nothing_to_do {
            match &self.recovery {
                Recovery::None(why) => {
                    let _ = writeln!(out, "if the rollout fails, nothing is rolled back: {why}");
                    describe_steps(&mut out, &self.on_failure);
                }
                Recovery::Steps { to, steps } => {
                    let _ = writeln!(out, "if the rollout fails, back to {to}:");
                    describe_steps(&mut out, &[self.on_failure.clone(), steps.clone()].concat());
                }
            }
        }
        out
    }
}

fn describe_steps(out: &mut String, steps: &[Step]) {
    for (index, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "{:>3}. {}", index + 1, step.what);
        let _ = writeln!(
            out,
            "     $ {}{}",
            shell_words(&step.argv),
            step.stdin.as_deref().map_or_else(String::new, stdin_summary)
        );
    }
}

/// What is fed to a command: its objects by name.
fn stdin_summary(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let ids: Vec<String> = match value["items"].as_array() {
        Some(objects) => objects.iter().map(id).collect(),
        None => vec![id(&value)],
    };
    format!(" <<< {}", ids.join(" "))
}
