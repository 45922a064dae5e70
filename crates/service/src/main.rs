//! The binary: configuration, telemetry, wiring, lifecycle.

fn main() {}
