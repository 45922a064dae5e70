//! `cargo xtask`: parses the command line and hands over to the command's own file.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::console::{Colour, Console};
use xtask::exit::Exit;
use xtask::workspace::Workspace;
use xtask::{ci, delivery, demo, docs, hooks, image, mongodb, notify, perf, release, sbom, secrets, tidy};

/// The project's automation: everything that the pipeline does, on any machine.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t)]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs everything that must pass, or the named stages.
    Ci(ci::Args),
    /// Provides a disposable Kubernetes control plane for tests.
    Cluster(delivery::Args),
    /// Rolls a release out, or back.
    Deploy(delivery::Args),
    /// Rebalances a book on this machine and checks the result.
    Demo(demo::Args),
    /// Writes the documents that the code knows: OpenAPI, error codes, configuration.
    Docs(docs::Args),
    /// Installs the git pre-commit hook.
    Hooks(hooks::Args),
    /// Builds the image, or shows how.
    Image(image::Args),
    /// Provides a MongoDB for tests and development.
    Mongodb(mongodb::Args),
    /// Sums up the jobs of a GitHub run, from the variable NEEDS.
    Notify(notify::Args),
    /// Measures the release binaries against their limits.
    Perf(perf::Args),
    /// Makes the next version: changelog, commit and tag; a dry run by default.
    Release(release::Args),
    /// Lists what is linked into the binary, in two standard formats.
    Sbom(sbom::Args),
    /// Looks for credentials in the tree or in what is staged.
    Secrets(secrets::Args),
    /// Checks the rules of this repository that no other tool knows.
    Tidy(tidy::Args),
    /// Renders every overlay offline and checks it.
    Validate(delivery::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(cli.color);
    let ended = Workspace::new(console.clone()).and_then(|workspace| run(&workspace, &cli.command));
    match ended {
        Ok(exit) => exit.into(),
        Err(error) => {
            console.complain(&format!("{error:#}"));
            Exit::of(&error).into()
        }
    }
}

fn run(workspace: &Workspace, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Ci(args) => ci::run(workspace, args),
        Command::Cluster(args) => delivery::run(workspace, delivery::Command::Cluster, args),
        Command::Deploy(args) => delivery::run(workspace, delivery::Command::Deploy, args),
        Command::Validate(args) => delivery::run(workspace, delivery::Command::Validate, args),
        Command::Demo(args) => demo::run(workspace, args),
        Command::Docs(args) => docs::run(workspace, args),
        Command::Hooks(args) => hooks::run(workspace, args),
        Command::Notify(args) => notify::run(workspace, args),
        Command::Perf(args) => perf::run(workspace, args),
        Command::Release(args) => release::run(workspace, args),
        Command::Sbom(args) => sbom::run(workspace, args),
        Command::Secrets(args) => secrets::run(workspace, args),
        Command::Tidy(args) => tidy::run(workspace, args),
        Command::Image(args) => image::run(workspace, args),
        Command::Mongodb(args) => mongodb::run(workspace, args),
    }
}
