//! The project's automation behind `cargo xtask`: one file per command, each a plan and its execution.
//!
//! A command first makes a [`plan::Plan`], a plain value; `--dry-run` prints it and a real run executes the same
//! value through [`runner`], the only place that starts programs. Anything heavy (manifests, deployments, load)
//! lives in a crate of its own that the command builds and runs, so that `cargo xtask` itself starts in seconds.
//!
//! To add a command: a module here with `Args` and `run`, and a line in `main.rs`. To add a check to the pipeline: an
//! entry in one of the stages under [`ci`].

pub mod api;
pub mod build;
pub mod ci;
pub mod console;
pub mod delivery;
pub mod demo;
pub mod docs;
pub mod environment;
pub mod exit;
pub mod hooks;
pub mod image;
pub mod mongodb;
pub mod notify;
pub mod perf;
pub mod plan;
pub mod release;
pub mod runner;
pub mod sbom;
pub mod secrets;
pub mod server;
pub mod tidy;
pub mod tools;
pub mod version;
pub mod workspace;
