//! Stores that fail when a test says so: on the nth call, after the write instead of before it, or not until released.

mod stores;

use ports::StoreError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::watch;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `Unavailable`, and nothing has happened.
    Unavailable,
    /// `Timeout`, and nothing has happened.
    Timeout,
    /// `Timeout`, although the call was carried out: the case in which a caller must read back.
    TimeoutAfterwards,
    /// `Full`, and nothing has happened.
    Full,
    /// `Corrupt`, and nothing has happened.
    Corrupt,
}

impl Fault {
    /// The error that the caller gets.
    #[must_use]
    pub fn error(self) -> StoreError {
        let cause = format!("a test said: {self:?}").into();
        match self {
            Self::Unavailable => StoreError::Unavailable(cause),
            Self::Timeout | Self::TimeoutAfterwards => StoreError::Timeout(cause),
            Self::Full => StoreError::Full(cause),
            Self::Corrupt => StoreError::Corrupt { kind: "record", id: "of a test".to_owned(), cause },
        }
    }
}

#[derive(Default)]
struct Operation {
    calls: u32,
    /// Faults by the number of the call that has them, from 1.
    planned: HashMap<u32, Fault>,
    /// The fault of all calls for which none is planned.
    always: Option<Fault>,
    gate: Option<watch::Receiver<bool>>,
}

/// What goes wrong, by the name of the port's method (`"append"`). Clones share one plan.
#[derive(Clone, Default)]
pub struct FaultPlan(Arc<Mutex<HashMap<&'static str, Operation>>>);

impl FaultPlan {
    /// The `nth` call of `operation` from now on (1: the next one) fails.
    pub fn fail_call(&self, operation: &'static str, nth: u32, fault: Fault) {
        let mut operations = self.locked();
        let planned = operations.entry(operation).or_default();
        planned.planned.insert(planned.calls + nth, fault);
    }

    /// All calls of `operation` fail, or none any more (`None`).
    pub fn fail_always(&self, operation: &'static str, fault: Option<Fault>) {
        self.locked().entry(operation).or_default().always = fault;
    }

    /// Calls of `operation` wait until the gate is opened or dropped.
    #[must_use = "the calls wait only as long as the gate exists"]
    pub fn block(&self, operation: &'static str) -> Gate {
        let (sender, receiver) = watch::channel(false);
        self.locked().entry(operation).or_default().gate = Some(receiver);
        Gate(sender)
    }

    /// How often `operation` was called, waiting and failed calls included.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u32 {
        self.locked().get(operation).map_or(0, |known| known.calls)
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<&'static str, Operation>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Counts a call; gives its fault and the gate that it waits at.
    fn enter(&self, operation: &'static str) -> (Option<Fault>, Option<watch::Receiver<bool>>) {
        let mut operations = self.locked();
        let known = operations.entry(operation).or_default();
        known.calls += 1;
        let fault = known.planned.remove(&known.calls).or(known.always);
        (fault, known.gate.clone())
    }

    /// Carries `call` out as the plan says.
    async fn carry_out<T, E: From<StoreError>>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let (fault, gate) = self.enter(operation);
        if let Some(mut gate) = gate {
            // A dropped gate is an open one.
            let _ = gate.wait_for(|open| *open).await;
        }
        match fault {
            None => call.await,
            Some(Fault::TimeoutAfterwards) => {
                call.await?;
                Err(Fault::TimeoutAfterwards.error().into())
            }
            Some(fault) => Err(fault.error().into()),
        }
    }
}

/// Holds calls up until it is opened or dropped.
#[derive(Debug)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// Lets all waiting calls go on, and all later ones pass.
    pub fn open(&self) {
        self.0.send_replace(true);
    }
}

/// A store that follows a plan of faults and otherwise does what `inner` does. It implements the store ports that
/// `inner` implements.
pub struct Faulty<S: ?Sized> {
    inner: Arc<S>,
    plan: FaultPlan,
}

impl<S: ?Sized> Faulty<S> {
    /// `inner`, with what `plan` says going wrong.
    #[must_use]
    pub const fn new(inner: Arc<S>, plan: FaultPlan) -> Self {
        Self { inner, plan }
    }
}
