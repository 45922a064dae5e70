//! Each check of the pipeline is shown to fail: a small repository that passes, and one fault at a time.
//!
//! `tidy` and `secrets` are functions with their own tests; `demo`, `api`, `deploy` and the MongoDB suite need the whole
//! service and are covered by the tests of what they run.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, like the tests themselves")]

use std::fs;
use std::path::{Path, PathBuf};

use xtask::ci;
use xtask::console::{Colour, Console};
use xtask::plan::Invocation;
use xtask::runner::Runner;
use xtask::tools;
use xtask::workspace::Workspace;

/// The small repository: every file that the checks look at.
const CLEAN: &[(&str, &str)] = &[
    ("Cargo.toml", "[workspace]\nmembers = [\"crates/a\"]\nresolver = \"3\"\n"),
    ("crates/a/Cargo.toml", MANIFEST),
    ("crates/a/src/lib.rs", LIBRARY),
    (
        "crates/b/Cargo.toml",
        "[package]\nname = \"openssl-sys\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n",
    ),
    ("crates/b/src/lib.rs", "//! A stand-in that has the name of a forbidden crate.\n"),
    (".config/nextest.toml", "[profile.default]\ndefault-filter = \"not test(mongodb)\"\n"),
    ("docker/Dockerfile", "FROM scratch\nCOPY a /a\nUSER 1000\n"),
    ("docker/compose.yaml", "services:\n  a:\n    image: a:1\n"),
    (".github/dependabot.yml", DEPENDABOT),
    (".github/workflows/ci.yml", WORKFLOW),
    (".github/workflows/deploy.yml", WORKFLOW),
];
const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n";
const LIBRARY: &str = "//! One function.\n\n/// The next number.\n///\n/// ```\n/// assert_eq!(a::next(1), 2);\n/// ```\n\
    pub fn next(number: u32) -> u32 {\n    number + 1\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn one_and_one() {\n        \
    assert_eq!(super::next(1), 2);\n    }\n\n    #[test]\n    fn mongodb_answers() {\n        assert_eq!(super::next(2), 3);\n    }\n}\n";
const DEPENDABOT: &str = "version: 2\nupdates:\n  - package-ecosystem: cargo\n    directory: /\n    schedule:\n      \
    interval: weekly\n    cooldown:\n      default-days: 7\n";
const WORKFLOW: &str = "name: CI\non: push\npermissions: {}\njobs:\n  a:\n    name: A\n    runs-on: ubuntu-24.04\n    \
    timeout-minutes: 5\n    steps:\n      - run: cargo xtask ci\n";
/// From the repository itself, so that the faults meet the real settings.
const SETTINGS: &[&str] =
    &["rustfmt.toml", "clippy.toml", "deny.toml", "typos.toml", ".taplo.toml", "rust-toolchain.toml"];

/// Stage, check, file, and the text that is replaced by the fault.
type Fault = (&'static str, &'static str, &'static str, &'static str, &'static str);

const FAULTS: &[Fault] = &[
    ("quality", "rustfmt", "crates/a/src/lib.rs", "    number + 1", "  number+1"),
    ("quality", "taplo", "crates/a/Cargo.toml", "version = \"0.1.0\"", "version    =    \"0.1.0\""),
    ("quality", "taplo", "crates/a/Cargo.toml", "[package]", "[package"),
    ("quality", "clippy", "crates/a/src/lib.rs", "    number + 1", "    let x = number + 1;\n    return x;"),
    ("quality", "rustdoc", "crates/a/src/lib.rs", "The next number", "See [`Nothing`], the next number"),
    ("quality", "shear", "crates/a/Cargo.toml", "license = \"MIT\"\n", WITH_UNUSED),
    ("test", "all", "crates/a/src/lib.rs", "next(1), 2);\n    }", "next(1), 3);\n    }"),
    ("test", "doctests", "crates/a/src/lib.rs", "a::next(1), 2", "a::next(1), 3"),
    ("supply-chain", "deny", "crates/a/Cargo.toml", "license = \"MIT\"\n", WITH_UNUSED),
    ("supply-chain", "deny", "crates/a/Cargo.toml", "license = \"MIT\"", "license = \"GPL-3.0-only\""),
    ("workflows", "hadolint", "docker/Dockerfile", "USER 1000", "RUN cd /tmp && sudo make"),
    ("workflows", "schemas", "docker/compose.yaml", "image: a:1", "imagine: a:1"),
    ("workflows", "schemas", ".github/dependabot.yml", "interval: weekly", "interval: sometimes"),
    ("workflows", "schemas", ".github/workflows/ci.yml", "runs-on", "walks-on"),
    ("workflows", "zizmor", ".github/workflows/ci.yml", "on: push", "on: pull_request_target"),
    ("workflows", "zizmor", ".github/workflows/ci.yml", "- run: cargo xtask ci", "- uses: actions/checkout@v7"),
    (
        "workflows",
        "zizmor",
        ".github/workflows/ci.yml",
        "cargo xtask ci",
        "echo ${{ github.event.head_commit.message }}",
    ),
];
const WITH_UNUSED: &str = "license = \"MIT\"\n\n[dependencies]\nopenssl-sys = { path = \"../b\" }\n";

/// A misspelling in two halves, for the check of this very file.
fn misspelling() -> String {
    ["The next nub", "mer"].concat()
}

struct Repository {
    folder: tempfile::TempDir,
    workspace: Workspace,
}

impl Repository {
    fn new() -> Self {
        let real = Workspace::new(Console::new(Colour::Never)).unwrap();
        tools::ensure(&real).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (path, text) in CLEAN {
            write(&root.join(path), text);
        }
        for settings in SETTINGS {
            fs::copy(real.path(settings), root.join(settings)).unwrap();
        }
        fs::create_dir_all(root.join("target")).unwrap();
        std::os::unix::fs::symlink(real.path("target/tools"), root.join("target/tools")).unwrap();
        let workspace = Workspace::at(root, Console::new(Colour::Never));
        let repository = Self { folder, workspace };
        repository.lock();
        Runner::new(&repository.workspace).run(&Invocation::new("git init --quiet")).unwrap();
        repository
    }

    /// The lock file follows the manifests, as it would in a commit that passed `--locked`.
    fn lock(&self) {
        Runner::new(&self.workspace).run(&Invocation::new("cargo generate-lockfile --offline")).unwrap();
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn passes(&self, stage: &str, check: &str) -> bool {
        let log = self.path(&format!("target/logs/{stage}-{check}.log"));
        Runner::logging(&self.workspace, &log).unwrap().execute(&ci::check_plan(stage, check).unwrap()).is_ok()
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn every_check_passes_the_clean_repository_and_finds_its_fault() {
    let repository = Repository::new();
    let mut seen = Vec::new();
    let mut wrong = Vec::new();
    for (stage, check, file, from, to) in FAULTS {
        if !seen.contains(&(stage, check)) {
            seen.push((stage, check));
            if !repository.passes(stage, check) {
                wrong.push(format!("{stage}/{check} fails without a fault"));
            }
        }
        let path = repository.path(file);
        let clean = fs::read_to_string(&path).unwrap();
        assert!(clean.contains(from), "{file} does not say {from}");
        write(&path, &clean.replacen(from, to, 1));
        if !to.contains("[package") || to.contains("[dependencies]") {
            drop(Runner::new(&repository.workspace).run(&Invocation::new("cargo generate-lockfile --offline")));
        }
        if repository.passes(stage, check) {
            wrong.push(format!("{stage}/{check} does not find `{to}` in {file}"));
        }
        write(&path, &clean);
        repository.lock();
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_misspelling_is_found() {
    let repository = Repository::new();
    assert!(repository.passes("quality", "typos"));
    let library = repository.path("crates/a/src/lib.rs");
    write(&library, &LIBRARY.replace("The next number", &misspelling()));
    assert!(!repository.passes("quality", "typos"));
}

/// The documents that the code writes, and stand-ins for the crates that know them; the comparison is the real one.
const DOCUMENTED: &[(&str, &str)] = &[
    ("Cargo.toml", "[workspace]\nmembers = [\"crates/http-adapter\", \"crates/service\"]\nresolver = \"3\"\n"),
    ("crates/http-adapter/Cargo.toml", "[package]\nname = \"http-adapter\"\nedition = \"2024\"\n"),
    (
        "crates/http-adapter/src/lib.rs",
        "pub fn openapi_json() -> String {\n    \"{}\\n\".into()\n}\n\npub fn errors_markdown() -> String {\n    \
         \"# Errors\\n\".into()\n}\n",
    ),
    (
        "crates/service/Cargo.toml",
        "[package]\nname = \"service\"\nedition = \"2024\"\n\n[[bin]]\nname = \"order-generation-service\"\npath = \"main.rs\"\n",
    ),
    ("crates/service/main.rs", "fn main() {\n    println!(\"# Configuration\");\n}\n"),
    ("openapi/openapi.json", "{}\n"),
    ("docs/errors.md", "# Errors\n"),
    ("docs/configuration.md", "# Configuration\n"),
];

#[test]
fn a_document_that_is_stale_or_missing_is_found() {
    let repository = Repository::new();
    for (path, text) in DOCUMENTED {
        write(&repository.path(path), text);
    }
    let example = "crates/http-adapter/examples/docs.rs";
    let real = Workspace::new(Console::new(Colour::Never)).unwrap();
    write(&repository.path(example), &fs::read_to_string(real.path(example)).unwrap());
    repository.lock();
    assert!(repository.passes("quality", "docs"), "fresh documents are found fault with");
    for (document, text) in &DOCUMENTED[DOCUMENTED.len() - 3..] {
        let path = repository.path(document);
        write(&path, &format!("{text}and what the code does not say\n"));
        assert!(!repository.passes("quality", "docs"), "{document} is stale");
        fs::remove_file(&path).unwrap();
        assert!(!repository.passes("quality", "docs"), "{document} is missing");
        write(&path, text);
    }
    assert!(repository.passes("quality", "docs"));
}
