//! Manifest validation and deployment, run through `cargo xtask`.

fn main() {}
