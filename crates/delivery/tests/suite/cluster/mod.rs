//! Deploys with the real kubectl on a real API server, behind a proxy that can break the wire.

mod concurrency;
mod going_back;
mod interrupts;
mod kubectls;
mod refusals;
mod removals;
mod rollouts;
mod traces;
mod wire;
