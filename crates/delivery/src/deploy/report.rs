//! How a deploy ended, for people and for programs.

use serde::Serialize;

use crate::deploy::failure::Failure;
use crate::deploy::plan::{Action, Plan, Recovery};
use crate::exit::Exit;

/// One step that was run.
#[derive(Clone, Debug, Serialize)]
pub struct Took {
    /// What it did.
    pub what: String,
    /// Whether it succeeded.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub millis: u128,
}

/// How a deploy ended.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// What was to be done.
    pub title: String,
    /// How it ended.
    pub exit: Exit,
    /// The exit code.
    pub exit_code: u8,
    /// What happened, when it did not succeed.
    pub message: Option<String>,
    /// What to do, when it did not succeed.
    pub remedy: Option<String>,
    /// Whether everything was as it should be already.
    pub nothing_to_do: bool,
    /// Objects that were applied, `Kind/name`.
    pub applied: Vec<String>,
    /// Objects that were to be applied and were not.
    pub not_applied: Vec<String>,
    /// The replicas at the end of the rollout.
    pub rollout: Option<String>,
    /// The version that the service reports.
    pub version: Option<String>,
    /// Where an automatic rollback went.
    pub rolled_back_to: Option<String>,
    /// What a failed rollout looked like.
    pub diagnosis: Vec<String>,
    /// What was run.
    pub steps: Vec<Took>,
    #[serde(skip)]
    counting: bool,
}

impl Outcome {
    /// An outcome of which nothing has happened yet.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut not_applied: Vec<String> = Vec::new();
        for step in &plan.steps {
            if let Action::Apply { objects } = &step.action {
                not_applied.extend(objects.iter().filter(|id| !not_applied.contains(id)).cloned().collect::<Vec<_>>());
            }
        }
        Self {
            title: plan.title.clone(),
            exit: Exit::Failed,
            exit_code: Exit::Failed.code(),
            message: None,
            remedy: None,
            nothing_to_do: plan.nothing_to_do,
            applied: Vec::new(),
            not_applied,
            rollout: None,
            version: None,
            rolled_back_to: None,
            diagnosis: Vec::new(),
            steps: Vec::new(),
            counting: true,
        }
    }

    /// An outcome of a deploy that was refused before there was a plan.
    #[must_use]
    pub fn refused(title: &str, failure: &Failure) -> Self {
        let mut outcome = Self::without_plan(title);
        outcome.fail(failure);
        outcome
    }

    /// An outcome for which there was nothing to run.
    #[must_use]
    pub fn without_plan(title: &str) -> Self {
        Self::of(&Plan {
            title: title.to_owned(),
            notes: Vec::new(),
            nothing_to_do: false,
            steps: Vec::new(),
            on_failure: Vec::new(),
            recovery: Recovery::None(String::new()),
            unlock: None,
        })
    }

    /// Ends with a failure.
    pub fn fail(&mut self, failure: &Failure) {
        self.exit = failure.exit;
        self.message = Some(failure.message.clone());
        self.remedy = Some(failure.remedy.clone());
    }

    /// Notes that objects were applied; those of a rollback are not counted as the release's.
    pub(super) fn note_applied<'a>(&mut self, objects: impl Iterator<Item = &'a String>) {
        if self.counting {
            for id in objects {
                self.not_applied.retain(|other| other != id);
                if !self.applied.contains(id) {
                    self.applied.push(id.clone());
                }
            }
        }
    }

    pub(super) fn rolling_back(&mut self) {
        self.counting = false;
    }

    /// What has been applied and what has not, in words.
    pub(super) fn state(&self) -> String {
        match (self.applied.as_slice(), self.not_applied.as_slice()) {
            ([], _) => "nothing was applied".to_owned(),
            (_, []) => "every object was applied".to_owned(),
            (applied, not_applied) => {
                format!("applied: {}; not applied: {}", applied.join(", "), not_applied.join(", "))
            }
        }
    }
}
