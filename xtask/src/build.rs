//! The fixed build configurations: the dev profile for lints and tests, one release build for everything that runs.
//!
//! Every command that needs a binary asks here, so that nothing is compiled a third time.

use crate::plan::Invocation;
use crate::tools;
use crate::workspace::Workspace;

/// The service as it is shipped.
pub const SERVICE: &str = "target/release/order-generation-service";
/// The GlobeCo suite that it talks to.
pub const SIMULATOR: &str = "target/release/simulator";
/// The load generator.
pub const PERF: &str = "target/release/perf";

/// The version in docker/Dockerfile is the same; a test compares.
const CARGO_AUDITABLE: &str = "0.7.7";

/// The one release build. With `cargo-auditable` at hand (the pipeline installs it) the binaries carry the list of
/// what they were built from; a plain `cargo build` otherwise.
#[must_use]
pub fn release(workspace: &Workspace) -> Invocation {
    release_with(tools::find(workspace, "cargo-auditable").is_some())
}

/// The same build as the pipeline does it: with `cargo-auditable`, which it installs first. The only tool that is
/// compiled, because no package of the prebuilt kind has it.
#[must_use]
pub fn auditable() -> [Invocation; 2] {
    let install = Invocation::new("cargo install --quiet --locked --root target/tools --version")
        .args([CARGO_AUDITABLE, "cargo-auditable"])
        .remedy("check that crates can be downloaded");
    [install, release_with(true)]
}

fn release_with(auditable: bool) -> Invocation {
    let cargo = if auditable { "cargo auditable build" } else { "cargo build" };
    Invocation::new(cargo)
        .args(["--release", "--locked", "-p", "service", "-p", "simulator", "-p", "perf"])
        .remedy("fix the first error above; after a change of dependencies commit Cargo.lock")
}

#[cfg(test)]
mod tests {
    use super::{CARGO_AUDITABLE, release_with};

    #[test]
    fn the_image_is_built_with_the_same_tool() {
        let dockerfile = include_str!("../../docker/Dockerfile");
        assert!(dockerfile.contains(&format!("--version {CARGO_AUDITABLE} cargo-auditable")));
    }

    #[test]
    fn both_builds_select_the_same_packages_and_so_the_same_features() {
        let plain = release_with(false).to_string();
        assert_eq!(plain, "cargo build --release --locked -p service -p simulator -p perf");
        assert_eq!(release_with(true).to_string(), plain.replace("cargo build", "cargo auditable build"));
    }
}
