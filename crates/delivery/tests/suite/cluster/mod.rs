//! Deploys with the real kubectl on a real API server, behind a proxy that can break the wire.

mod concurrency;
mod going_back;
mod kubectls;
mod refusals;
mod rollouts;
mod traces;
mod wire;
