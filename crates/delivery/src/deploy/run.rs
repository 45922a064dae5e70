//! Runs a plan: exactly its steps, in their order, and says what came of each.

mod waiting;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::console::Console;
use crate::deploy::deadline::Deadline;
use crate::deploy::diagnose;
use crate::deploy::failure::Failure;
use crate::deploy::fault::Fault;
use crate::deploy::kubectl::{CallError, Kubectl};
use crate::deploy::lock;
use crate::deploy::plan::{Action, Plan, Recovery, Step};
use crate::deploy::report::{Outcome, Took};
use crate::exit::Exit;

/// How long our own book-keeping may take after a rollout whose end was the end of its time, and giving the lock back.
const CLOSING: Duration = Duration::from_secs(10);

/// How long a diagnosis may take, which comes out of the way back's time.
const DIAGNOSIS: Duration = Duration::from_secs(10);

/// What running a plan needs.
#[derive(Clone, Debug)]
pub(super) struct Tools<'a> {
    /// The kubectl of the plan's context, with the deadline of what is being done.
    pub(super) kubectl: Kubectl,
    /// Where progress is told.
    pub(super) console: &'a Console,
    /// How long the API server may be out of reach during a rollout.
    pub(super) unreachable_after: Duration,
    /// The label selector of the pods, for the diagnosis of a failed rollout.
    pub(super) selector: String,
    /// Their namespace.
    pub(super) namespace: String,
}

impl Tools<'_> {
    /// The same tools for something that ends at another time.
    fn until(&self, deadline: Deadline) -> Self {
        Self { kubectl: self.kubectl.until(deadline), ..self.clone() }
    }

    /// The same tools for what follows a rollout that succeeded: its book-keeping is not cut off.
    fn closing(&self) -> Self {
        self.until(self.kubectl.deadline().or_later(Deadline::after("the time to note the result", CLOSING)))
    }
}

/// Why a step did not succeed.
enum Trouble {
    /// Nothing, or only part of it, could be done.
    Stopped(Failure),
    /// The objects are applied, but the rollout or the service does not come up.
    RolloutFailed(String),
}

/// Runs `plan`. The lock is given back however it ends, except when the server is gone.
pub(super) fn run(plan: &Plan, tools: &Tools<'_>) -> Outcome {
    let mut outcome = Outcome::of(plan);
    let mut locked = false;
    let result = run_steps(&plan.steps, tools, &mut outcome, &mut locked);
    match result {
        Ok(()) => outcome.exit = Exit::Done,
        Err(Trouble::Stopped(failure)) => outcome.fail(&failure),
        Err(Trouble::RolloutFailed(why)) => roll_back(plan, &why, tools, &mut outcome),
    }
    if let Some(unlock) = plan.unlock.as_ref().filter(|_| locked) {
        let quiet = tools.kubectl.tidying_up(Deadline::after("the time to give the lock back", CLOSING));
        let result = if outcome.exit == Exit::Unreachable {
            quiet.once(&unlock.argv, None)
        } else {
            quiet.call(&unlock.argv, None)
        };
        // After an interruption, or without an answer, it may not be ours to give.
        let is_unsure = tools.kubectl.interrupted() || outcome.exit == Exit::Unreachable;
        let is_ours = |fault| !is_unsure || !matches!(fault, Fault::NotFound | Fault::Invalid);
        if let Err(error) = result
            && is_ours(error.fault)
        {
            tools.console.warn(&format!("the lock could not be given back ({error}); it ends by itself"));
        }
    }
    outcome
}

fn run_steps(steps: &[Step], tools: &Tools<'_>, outcome: &mut Outcome, locked: &mut bool) -> Result<(), Trouble> {
    let mut tools = tools.clone();
    for step in steps {
        if tools.kubectl.interrupted() {
            return Err(Trouble::Stopped(Failure::interrupted(&outcome.state())));
        }
        tools.console.step(&step.what);
        let started = Instant::now();
        let result = run_step(step, &tools, outcome);
        outcome.steps.push(Took { what: step.what.clone(), ok: result.is_ok(), millis: started.elapsed().as_millis() });
        // A call that was cut off, or whose answer did not come in time, may have taken the lock all the same; giving it
        // back asks whether it is ours.
        let is_unknown = matches!(&result, Err(Trouble::Stopped(failure)) if failure.exit == Exit::Unreachable);
        *locked |=
            matches!(step.action, Action::Lock { .. }) && (result.is_ok() || is_unknown || tools.kubectl.interrupted());
        result?;
        if matches!(step.action, Action::Check { .. }) {
            tools = tools.closing();
        }
    }
    Ok(())
}

fn run_step(step: &Step, tools: &Tools<'_>, outcome: &mut Outcome) -> Result<(), Trouble> {
    let stdin = step.stdin.as_deref();
    match &step.action {
        Action::Lock { read } => take_lock(step, read, tools, outcome),
        Action::Keep => match tools.kubectl.call(&step.argv, stdin) {
            Ok(_) => Ok(()),
            Err(error) => Err(Trouble::Stopped(stopped(step, &error, outcome))),
        },
        Action::Apply { objects } => apply(step, objects, tools, outcome),
        Action::Watch { timeout, replica_sets } => waiting::watch(step, *timeout, replica_sets, tools, outcome),
        Action::Check { version, timeout, server } => {
            waiting::check(step, version.as_deref(), *timeout, server, tools, outcome)
        }
        Action::Undo => match tools.kubectl.call(&step.argv, stdin) {
            Ok(_) => Ok(()),
            Err(error) if error.fault == Fault::Unreachable => Err(Trouble::Stopped(stopped(step, &error, outcome))),
            Err(error) => Err(Trouble::RolloutFailed(error.said)),
        },
    }
}

/// What a refused or lost call means, given what has been applied before it.
fn stopped(step: &Step, error: &CallError, outcome: &Outcome) -> Failure {
    if error.fault == Fault::Interrupted {
        return Failure::interrupted(&outcome.state());
    }
    let failure = Failure::before_changes(&step.what, error);
    if outcome.applied.is_empty() {
        return failure;
    }
    let message = format!("{}; {}", failure.message, outcome.state());
    match failure.exit {
        Exit::Unreachable => Failure { message, ..failure },
        _ => Failure::new(
            Exit::PartlyApplied,
            message,
            "mend what the server complains about and repeat the command, or go back with --rollback",
        ),
    }
}

fn take_lock(step: &Step, read: &[String], tools: &Tools<'_>, outcome: &Outcome) -> Result<(), Trouble> {
    let Err(error) = tools.kubectl.call(&step.argv, step.stdin.as_deref()) else { return Ok(()) };
    if !matches!(error.fault, Fault::AlreadyExists | Fault::Conflict) {
        return Err(Trouble::Stopped(stopped(step, &error, outcome)));
    }
    // An attempt whose answer was lost may have taken it: then the holder is ours.
    let holder = tools
        .kubectl
        .call(read, None)
        .map_err(|error| Trouble::Stopped(Failure::before_changes("cannot read the lock", &error)))?;
    let ours = step.stdin.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    if ours.is_some_and(|lease| lease["spec"]["holderIdentity"] == holder.trim()) {
        return Ok(());
    }
    Err(Trouble::Stopped(Failure::new(
        Exit::Refused,
        format!("another deploy was faster and holds the lock: {}", holder.trim()),
        format!("wait for it; if it is certainly dead: kubectl delete lease {}", lock::name()),
    )))
}

fn apply(step: &Step, objects: &[String], tools: &Tools<'_>, outcome: &mut Outcome) -> Result<(), Trouble> {
    match tools.kubectl.call(&step.argv, step.stdin.as_deref()) {
        Ok(_) => {
            outcome.note_applied(objects.iter());
            Ok(())
        }
        Err(error) => {
            // Not a transaction: kubectl names those that it applied.
            outcome.note_applied(objects.iter().filter(|id| is_named(&error.output, id)));
            Err(Trouble::Stopped(stopped(step, &error, outcome)))
        }
    }
}

/// Whether kubectl's output has a line `deployment.apps/NAME` for the object `Deployment/NAME`.
fn is_named(output: &str, id: &str) -> bool {
    let kind_and_name = |line: &str| {
        let (resource, name) = line.trim().split_once('/')?;
        let kind = resource.split_once('.').map_or(resource, |(kind, _group)| kind);
        Some((kind.to_lowercase(), name.to_owned()))
    };
    let wanted = kind_and_name(id);
    wanted.is_some() && output.lines().any(|line| kind_and_name(line) == wanted)
}

fn roll_back(plan: &Plan, why: &str, tools: &Tools<'_>, outcome: &mut Outcome) {
    tools.console.error(why);
    let own = match &plan.recovery {
        Recovery::None(_) => DIAGNOSIS + CLOSING,
        Recovery::Steps { within, .. } => *within,
    };
    let tools = &tools.until(Deadline::after("the roll-back's own time", own));
    let diagnosis = Deadline::after("the time of the diagnosis", DIAGNOSIS.min(own / 4));
    outcome.diagnosis = diagnose::look(&tools.until(diagnosis));
    for line in &outcome.diagnosis {
        tools.console.step(&format!("  {line}"));
    }
    let (to, steps) = match &plan.recovery {
        Recovery::None(reason) => {
            note_failure(plan, tools);
            let exit =
                if plan.on_failure.is_empty() && !plan.nothing_to_do { Exit::RollbackFailed } else { Exit::Failed };
            let remedy = "look at the pods above; then deploy again, or go back with --rollback";
            outcome.fail(&Failure::new(exit, format!("{why}; nothing is rolled back: {reason}"), remedy));
            return;
        }
        Recovery::Steps { to, steps, .. } => (to, steps),
    };
    tools.console.warn(&format!("rolling back to {to}, within {own:?} of its own"));
    note_failure(plan, tools);
    outcome.rolling_back();
    let mut forward = (outcome.rollout.take(), outcome.version.take());
    let result = run_steps(steps, tools, outcome, &mut true);
    outcome.rolled_back_to = Some(to.clone());
    match result {
        Ok(()) => {
            let remedy = "find out from the pods above why the new release does not come up";
            outcome.fail(&Failure::new(Exit::RolledBack, format!("{why}; rolled back to {to}"), remedy));
        }
        // The earlier pods run; that the service does not answer is what the operator has to look at.
        Err(Trouble::RolloutFailed(also)) if outcome.rollout.is_some() => {
            tools.console.warn(&format!("rolled back, but {also}"));
            outcome.diagnosis.push(also);
            let remedy = "the earlier release runs again, but look at its health yourself";
            outcome.fail(&Failure::new(Exit::RolledBack, format!("{why}; rolled back to {to}"), remedy));
        }
        Err(Trouble::RolloutFailed(also)) => {
            let message = format!("{why}; the rollback to {to} failed too: {also}");
            outcome.fail(&Failure::new(
                Exit::RollbackFailed,
                message,
                "act by hand: see docs/deployment.md, exit code 8",
            ));
        }
        Err(Trouble::Stopped(failure)) => {
            let exit = if failure.exit == Exit::Unreachable { Exit::Unreachable } else { Exit::RollbackFailed };
            let message = format!("{why}; the rollback to {to} failed too: {}", failure.message);
            outcome.fail(&Failure::new(exit, message, "act by hand: see docs/deployment.md, exit code 8"));
        }
    }
    if outcome.rollout.is_none() {
        outcome.rollout = forward.0.take();
    }
}

fn note_failure(plan: &Plan, tools: &Tools<'_>) {
    for step in &plan.on_failure {
        if let Err(error) = tools.kubectl.call(&step.argv, step.stdin.as_deref()) {
            tools.console.warn(&format!("{}: {error}", step.what));
        }
    }
}
