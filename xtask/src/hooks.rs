//! `cargo xtask hooks`: installs a git pre-commit hook that checks the format and looks for secrets in what is staged.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args as ClapArgs, ValueEnum};
use xshell::cmd;

use crate::console::Tone;
use crate::exit::Exit;
use crate::plan::{Invocation, Plan};
use crate::runner::Runner;
use crate::workspace::Workspace;

/// What marks a hook as ours.
const MARK: &str = "# Installed by `cargo xtask hooks`";

/// Arguments of `cargo xtask hooks`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// What to do.
    #[arg(value_enum, default_value_t)]
    action: Action,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Installs the pre-commit hook, or brings it up to date.
    #[default]
    Install,
    /// Removes it.
    Remove,
    /// Does what the hook does.
    PreCommit,
}

/// The hook: git wants an executable file, so this is the shortest one.
fn hook() -> String {
    format!("#!/bin/sh\n{MARK}; `git commit --no-verify` goes past it once.\nexec cargo xtask hooks pre-commit\n")
}

/// What is checked before a commit: only what takes a second.
#[must_use]
pub fn plan() -> Plan {
    Plan::new("before a commit")
        .then(Invocation::new("cargo xtask secrets --staged").remedy("unstage the secret"))
        .then(Invocation::new("cargo fmt --all --check").remedy("run `cargo fmt --all` and stage the result"))
}

/// Runs the command.
///
/// # Errors
/// When this is no git repository, a hook of somebody else is in the way, or a check finds something.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    match args.action {
        Action::PreCommit => Runner::new(workspace).execute(&plan())?,
        Action::Install => {
            let path = hook_path(workspace)?;
            refuse_foreign(&path)?;
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, hook()).with_context(|| format!("cannot write {}", path.display()))?;
            make_executable(&path)?;
            workspace.console.say(Tone::Good, &format!("installed {}", path.display()));
        }
        Action::Remove => {
            let path = hook_path(workspace)?;
            refuse_foreign(&path)?;
            if path.exists() {
                fs::remove_file(&path)?;
            }
            workspace.console.say(Tone::Good, "there is no pre-commit hook now");
        }
    }
    Ok(Exit::Done)
}

fn hook_path(workspace: &Workspace) -> Result<PathBuf> {
    let shell = workspace.shell()?;
    let path = cmd!(shell, "git rev-parse --git-path hooks/pre-commit").quiet().read()?;
    Ok(workspace.root.join(path))
}

fn refuse_foreign(path: &PathBuf) -> Result<()> {
    if path.exists() && !fs::read_to_string(path).is_ok_and(|text| text.contains(MARK)) {
        bail!("{} is a hook of your own: call `cargo xtask hooks pre-commit` from it", path.display());
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(path: &PathBuf) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
fn make_executable(_path: &PathBuf) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Action, Args, hook, run};
    use crate::console::{Colour, Console};
    use crate::workspace::Workspace;
    use xshell::{Shell, cmd};

    #[test]
    fn the_hook_is_installed_executable_replaced_and_removed_but_a_foreign_one_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let shell = Shell::new().unwrap();
        let root = folder.path();
        cmd!(shell, "git init --quiet {root}").quiet().run().unwrap();
        let workspace = Workspace::at(root, Console::new(Colour::Never));
        let path = root.join(".git/hooks/pre-commit");
        run(&workspace, &Args { action: Action::Install }).unwrap();
        run(&workspace, &Args { action: Action::Install }).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), hook());
        run(&workspace, &Args { action: Action::Remove }).unwrap();
        assert!(!path.exists());
        std::fs::write(&path, "#!/bin/sh\nmy own\n").unwrap();
        run(&workspace, &Args { action: Action::Install }).unwrap_err();
        run(&workspace, &Args { action: Action::Remove }).unwrap_err();
        assert!(path.exists());
    }
}
