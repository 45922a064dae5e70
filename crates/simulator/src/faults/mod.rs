//! Faults that are injected while the simulator runs: rules that requests are matched against, in order.

mod kind;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use kind::FaultKind;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::locks::lock;
use crate::suite::Service;

/// Where a fault strikes, how often, and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The service.
    pub service: Service,
    /// Only this path template, with or without its method: `GET /api/v1/prices` or `/api/v1/prices`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Only requests whose path or query contains this, such as a portfolio's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Matching requests that pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// Requests that are struck after that; until cleared when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// What happens to the request.
    #[serde(flatten)]
    pub kind: FaultKind,
}

impl Fault {
    /// A fault of every request to `service`, until cleared.
    #[must_use]
    pub fn new(service: Service, kind: FaultKind) -> Self {
        Self { service, endpoint: None, contains: None, skip: 0, times: None, kind }
    }

    /// Only for this path template, with or without its method.
    #[must_use]
    pub fn at(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// Only for requests whose path or query contains `text`.
    #[must_use]
    pub fn containing(mut self, text: &str) -> Self {
        self.contains = Some(text.to_owned());
        self
    }

    /// Lets the first `count` matching requests pass.
    #[must_use]
    pub fn after(mut self, count: u32) -> Self {
        self.skip = count;
        self
    }

    /// Strikes `count` requests, then is spent.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.times = Some(count);
        self
    }

    fn matches(&self, request: &Target<'_>) -> bool {
        let endpoint_matches = self.endpoint.as_deref().is_none_or(|wanted| {
            wanted == request.template || wanted.split_once(' ') == Some((request.method, request.template))
        });
        let contains = self.contains.as_deref().is_none_or(|text| request.uri.contains(text));
        self.service == request.service && endpoint_matches && contains
    }
}

/// What a rule is matched against.
pub(crate) struct Target<'a> {
    pub(crate) service: Service,
    pub(crate) method: &'a str,
    pub(crate) template: &'a str,
    pub(crate) uri: &'a str,
}

/// A fault in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActiveFault {
    /// Names it in [`Faults::clear`].
    pub id: u64,
    /// Requests that matched so far.
    pub seen: u32,
    /// The rule.
    #[serde(flatten)]
    pub fault: Fault,
}

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults {
    active: Mutex<Vec<ActiveFault>>,
    next_id: AtomicU64,
    changed: Notify,
}

/// What strikes one request: the sum of all delays, then the first other fault.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Strike {
    pub(crate) delay: Duration,
    pub(crate) kind: Option<(u64, FaultKind)>,
}

impl Faults {
    /// Puts a fault into force and returns its id.
    pub fn inject(&self, fault: Fault) -> u64 {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed) + 1;
        lock(&self.active).push(ActiveFault { id, seen: 0, fault });
        id
    }

    /// Ends one fault; requests that hang in it go on. `false` when there is none of this id.
    pub fn clear(&self, id: u64) -> bool {
        self.retain(|active| active.id != id)
    }

    /// Ends all faults of a service.
    pub fn clear_service(&self, service: Service) -> bool {
        self.retain(|active| active.fault.service != service)
    }

    /// Ends all faults.
    pub fn clear_all(&self) -> bool {
        self.retain(|_| false)
    }

    /// The faults in force; spent ones are listed until cleared.
    #[must_use]
    pub fn list(&self) -> Vec<ActiveFault> {
        lock(&self.active).clone()
    }

    /// Whether a service answers nothing usable at present: other services report it as failing.
    #[must_use]
    pub(crate) fn is_down(&self, service: Service) -> bool {
        lock(&self.active).iter().any(|active| {
            let fault = &active.fault;
            fault.service == service
                && fault.endpoint.is_none()
                && fault.contains.is_none()
                && fault.times.is_none()
                && fault.kind.is_outage()
        })
    }

    /// Counts the request against every rule that it matches and tells what strikes it.
    pub(crate) fn strike(&self, request: &Target<'_>) -> Strike {
        let mut strike = Strike::default();
        for active in lock(&self.active).iter_mut().filter(|active| active.fault.matches(request)) {
            let first = active.fault.skip;
            let spent = active.fault.times.is_some_and(|times| active.seen >= first.saturating_add(times));
            let armed = active.seen >= first && !spent;
            if armed && !matches!(active.fault.kind, FaultKind::Delay { .. }) && strike.kind.is_some() {
                continue;
            }
            active.seen = active.seen.saturating_add(1);
            match (&active.fault.kind, armed) {
                (FaultKind::Delay { ms }, true) => strike.delay += Duration::from_millis(*ms),
                (kind, true) => strike.kind = Some((active.id, kind.clone())),
                (_, false) => {}
            }
        }
        strike
    }

    /// Waits until the fault is cleared.
    pub(crate) async fn cleared(&self, id: u64) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if !lock(&self.active).iter().any(|active| active.id == id) {
                return;
            }
            changed.await;
        }
    }

    fn retain(&self, keep: impl Fn(&ActiveFault) -> bool) -> bool {
        let mut active = lock(&self.active);
        let before = active.len();
        active.retain(keep);
        let removed = active.len() < before;
        drop(active);
        self.changed.notify_waiters();
        removed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(service: Service) -> Target<'static> {
        Target { service, method: "GET", template: "/api/v1/prices", uri: "/api/v1/prices?x=683b" }
    }

    fn strikes(faults: &Faults, count: usize) -> Vec<bool> {
        (0..count).map(|_| faults.strike(&prices(Service::Pricing)).kind.is_some()).collect()
    }

    #[test]
    fn a_fault_skips_then_strikes_then_is_spent() {
        let faults = Faults::default();
        faults.inject(Fault::new(Service::Pricing, FaultKind::Drop).after(1).times(2));
        assert_eq!(strikes(&faults, 5), [false, true, true, false, false]);
    }

    #[test]
    fn delays_add_up_before_the_first_other_fault() {
        let faults = Faults::default();
        for ms in [3, 4] {
            faults.inject(Fault::new(Service::Pricing, FaultKind::Delay { ms }));
        }
        let garbage = faults.inject(Fault::new(Service::Pricing, FaultKind::Garbage));
        faults.inject(Fault::new(Service::Pricing, FaultKind::Drop).times(1));
        let strike = faults.strike(&prices(Service::Pricing));
        assert_eq!(strike.delay, Duration::from_millis(7));
        assert_eq!(strike.kind, Some((garbage, FaultKind::Garbage)));
        faults.clear(garbage);
        assert!(strikes(&faults, 1)[0], "a fault behind another one is not spent by it");
    }

    #[test]
    fn service_endpoint_and_text_all_have_to_match() {
        let base = || Fault::new(Service::Pricing, FaultKind::Drop);
        for (fault, expected) in [
            (base(), true),
            (base().at("/api/v1/prices"), true),
            (base().at("GET /api/v1/prices"), true),
            (base().at("POST /api/v1/prices"), false),
            (base().at("/api/v1/price/{ticker}"), false),
            (base().containing("683b"), true),
            (base().containing("684c"), false),
            (Fault::new(Service::Order, FaultKind::Drop), false),
        ] {
            let faults = Faults::default();
            faults.inject(fault.clone());
            assert_eq!(strikes(&faults, 1), [expected], "{fault:?}");
        }
    }
}
