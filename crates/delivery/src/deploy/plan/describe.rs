//! A plan as people read it.

use std::fmt::Write as _;

use serde_json::{Value, json};

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
                Recovery::Steps { to, steps, within } => {
                    let _ = writeln!(out, "if the rollout fails, back to {to}, within {within:?} of its own:");
                    describe_steps(&mut out, &[self.on_failure.clone(), steps.clone()].concat());
                }
            }
        }
        out
    }

    /// The plan for programs, with everything that would be sent.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let recovery = match &self.recovery {
            Recovery::None(why) => json!({"none": why}),
            Recovery::Steps { to, steps, within } => {
                json!({"to": to, "within_seconds": within.as_secs(), "steps": list_steps(steps)})
            }
        };
        json!({
            "title": self.title,
            "notes": self.notes,
            "nothing_to_do": self.nothing_to_do,
            "dry_run": true,
            "steps": list_steps(&self.steps),
            "finally": list_steps(self.unlock.as_slice()),
            "on_failure": list_steps(&self.on_failure),
            "recovery": recovery,
        })
    }
}

fn list_steps(steps: &[Step]) -> Value {
    steps
        .iter()
        .map(|step| json!({"what": step.what, "argv": step.argv, "stdin": step.stdin.as_deref().map(documents)}))
        .collect()
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

/// What is fed to a command: its objects.
fn documents(text: &str) -> Vec<Value> {
    let mut value: Value = serde_json::from_str(text).unwrap_or_default();
    match value.get_mut("items").map(Value::take) {
        Some(Value::Array(objects)) => objects,
        _ => vec![value],
    }
}

/// What is fed to a command: its objects by name.
fn stdin_summary(text: &str) -> String {
    let ids: Vec<String> = documents(text).iter().map(id).collect();
    format!(" <<< {}", ids.join(" "))
}
