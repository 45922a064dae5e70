//! The stages of the pipeline and their checks: data, so that listing, planning and running are one thing.

use crate::plan::{Invocation, Plan, Step};
use crate::{api, build, docs, sbom};

use super::needs::Need;

/// A group of checks, selectable by name.
#[derive(Clone, Debug)]
pub struct Stage {
    /// As given on the command line.
    pub name: &'static str,
    /// One line for `--list`.
    pub about: &'static str,
    /// Whether it runs without being named.
    pub by_default: bool,
    /// In order; each runs even when an earlier one failed.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Unique within the stage.
    pub name: &'static str,
    /// What it does.
    pub plan: Plan,
    /// Without these it cannot run.
    pub needs: Vec<Need>,
}

impl Check {
    fn new(name: &'static str, title: &str) -> Self {
        Self { name, plan: Plan::new(title), needs: Vec::new() }
    }

    fn planned(name: &'static str, plan: Plan) -> Self {
        Self { name, plan, needs: Vec::new() }
    }

    fn then(mut self, step: Step) -> Self {
        self.plan = self.plan.then(step);
        self
    }

    fn run(mut self, invocation: Invocation) -> Self {
        self.plan = self.plan.then(invocation);
        self
    }

    fn needs(mut self, need: Need) -> Self {
        self.needs.push(need);
        self
    }
}

/// Every stage, in the order in which a full run takes them: the quick ones first.
#[must_use]
pub fn all(ports: api::Ports) -> Vec<Stage> {
    vec![
        quality(),
        test(),
        manifests(),
        workflows(),
        supply_chain(),
        demo(),
        api(ports),
        perf(),
        deploy(),
        advisories(),
        coverage(),
    ]
}

fn quality() -> Stage {
    let rustdoc = Invocation::new("cargo doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings");
    Stage {
        name: "quality",
        about: "format, lints, spelling, unused dependencies, repository rules, secrets, documentation",
        by_default: true,
        checks: vec![
            Check::new("rustfmt", "Rust is formatted")
                .run(Invocation::new("cargo fmt --all --check").remedy("run `cargo fmt --all`")),
            Check::new("taplo", "TOML is formatted and valid")
                .run(Invocation::new("taplo lint --no-schema").remedy("fix the syntax error above"))
                .run(Invocation::new("taplo fmt --check --diff").remedy("run `target/tools/bin/taplo fmt`")),
            Check::new("typos", "spelling")
                .run(Invocation::new("typos").remedy("fix the word, or add it to typos.toml with a reason")),
            Check::new("tidy", "the rules of this repository")
                .run(Invocation::new("cargo xtask tidy").remedy("each finding above says what to do")),
            Check::new("secrets", "no credentials in the tree")
                .run(Invocation::new("cargo xtask secrets").remedy("the advice is above")),
            Check::new("clippy", "lints, warnings as errors").run(
                Invocation::new("cargo clippy --workspace --all-targets --locked -- -D warnings")
                    .remedy("fix the finding, or expect it with a reason: #[expect(lint, reason = \"…\")]"),
            ),
            Check::new("shear", "no unused dependencies")
                .run(Invocation::new("cargo shear").remedy("run `cargo shear --fix`")),
            Check::planned("docs", docs::plan(true)),
            Check::new("rustdoc", "documentation builds without warnings")
                .run(rustdoc.remedy("fix the broken link above")),
        ],
    }
}

fn test() -> Stage {
    let mongodb = "cargo xtask mongodb run -- cargo nextest run --workspace --locked --profile mongodb";
    Stage {
        name: "test",
        about: "unit, property, contract, HTTP and end-to-end tests; the MongoDB suite; documentation tests",
        by_default: true,
        checks: vec![
            Check::new("all", "every test that needs no server").run(
                Invocation::new("cargo nextest run --workspace --locked")
                    .remedy("run the failing test alone: `cargo nextest run NAME`"),
            ),
            Check::new("mongodb", "the MongoDB suite, against a server of its own")
                .run(
                    Invocation::new(mongodb)
                        .remedy("run `cargo xtask mongodb run -- cargo nextest run --profile mongodb NAME`"),
                )
                .needs(Need::MongoDb),
            Check::new("doctests", "examples in the documentation")
                .run(Invocation::new("cargo test --doc --workspace --locked --quiet").remedy("fix the example above")),
        ],
    }
}

fn supply_chain() -> Stage {
    Stage {
        name: "supply-chain",
        about: "licences, sources and layering of dependencies, the bill of materials, the shipped binary",
        by_default: true,
        checks: vec![
            Check::new("deny", "licences, sources and layering of the dependencies").run(
                Invocation::new("cargo deny --locked check bans licenses sources")
                    .remedy("replace the dependency, or change deny.toml with a reason"),
            ),
            Check::planned("sbom", sbom::check()),
            Check::new("binary", "linkage and size of the release binary")
                .run(Invocation::new("cargo xtask image --check-binary").remedy("each finding above says what to do")),
        ],
    }
}

fn workflows() -> Stage {
    let schema = |name, files: &str| Invocation::new(&format!("check-jsonschema --builtin-schema {name} {files}"));
    let zizmor = "zizmor --offline --no-progress --persona regular .github";
    Stage {
        name: "workflows",
        about: "GitHub workflows, Dockerfile and compose file",
        by_default: true,
        checks: vec![
            Check::new("zizmor", "workflows have no security finding")
                .run(Invocation::new(zizmor).remedy("each finding above links to its explanation and remedy")),
            Check::new("sarif", "the same as a report for GitHub")
                .run(Invocation::new(&format!("{zizmor} --format sarif")).stdout("target/ci/zizmor.sarif")),
            Check::new("schemas", "workflows, dependency updates and compose file fit their schemas")
                .run(schema("vendor.github-workflows", ".github/workflows/ci.yml .github/workflows/deploy.yml"))
                .run(schema("vendor.dependabot", ".github/dependabot.yml"))
                .run(schema("vendor.compose-spec", "docker/compose.yaml")),
            Check::new("hadolint", "the Dockerfile has no finding").run(
                Invocation::new("hadolint docker/Dockerfile").remedy("the rule's number leads to its explanation"),
            ),
        ],
    }
}

fn manifests() -> Stage {
    Stage {
        name: "manifests",
        about: "every overlay renders and keeps the rules",
        by_default: true,
        checks: vec![
            Check::new("validate", "every overlay, rendered and checked offline")
                .run(Invocation::new("cargo xtask validate").remedy("each finding above says what to do"))
                .needs(Need::Program("kubectl", "install kubectl 1.29 or newer")),
        ],
    }
}

fn demo() -> Stage {
    let texts = ["All portfolios", "Confirmed by an independent calculation", "cannot be rebalanced", "Done in"]
        .map(str::to_owned)
        .to_vec();
    let [install, build] = build::auditable();
    Stage {
        name: "demo",
        about: "the first command of the README, its output checked",
        by_default: true,
        checks: vec![
            Check::new("demo", "a book is rebalanced and every answer is confirmed")
                .run(install)
                .run(build)
                .run(Invocation::new("cargo xtask demo").remedy("the message above names the answer that is wrong"))
                .then(Step::Contains { path: "target/ci/logs/demo-demo.log".into(), texts }),
        ],
    }
}

fn api(ports: api::Ports) -> Stage {
    Stage {
        name: "api",
        about: "the running service answers as its OpenAPI document says",
        by_default: true,
        checks: vec![Check::planned("schemathesis", api::plan(ports))],
    }
}

/// Reports and never gates: a shared machine's times say little.
fn perf() -> Stage {
    Stage {
        name: "perf",
        about: "a short run of every measurement; reports, does not gate",
        by_default: true,
        checks: vec![
            Check::new("smoke", "every measurement can be taken").run(Invocation::new("cargo xtask perf --smoke")),
        ],
    }
}

fn deploy() -> Stage {
    let suite = "cargo xtask cluster run -- cargo nextest run --workspace --locked --profile cluster";
    Stage {
        name: "deploy",
        about: "deployments and roll-backs on a real control plane",
        by_default: true,
        checks: vec![
            Check::new("cluster", "the deployment suite, on a disposable cluster")
                .run(Invocation::new(suite).remedy("run one of them: `… --profile cluster NAME`"))
                .needs(Need::Program("kubectl", "install kubectl 1.29 or newer"))
                .needs(Need::Cluster),
        ],
    }
}

fn coverage() -> Stage {
    let nextest = "cargo llvm-cov nextest --no-report --workspace --locked";
    Stage {
        name: "coverage",
        about: "line coverage of all tests, as lcov and as a summary",
        by_default: false,
        checks: vec![
            Check::new("llvm-cov", "line coverage")
                .run(Invocation::new("rustup component add llvm-tools").remedy("the toolchain's components are needed"))
                .run(Invocation::new("cargo llvm-cov clean --workspace"))
                .run(Invocation::new(nextest))
                .run(Invocation::new(&format!("cargo xtask mongodb run -- {nextest} --profile mongodb")))
                .run(Invocation::new("cargo llvm-cov report --lcov --output-path target/ci/lcov.info"))
                .run(Invocation::new("cargo llvm-cov report --summary-only"))
                .needs(Need::MongoDb),
        ],
    }
}

fn advisories() -> Stage {
    Stage {
        name: "advisories",
        about: "known vulnerabilities of the dependencies, from the RustSec database",
        by_default: true,
        checks: vec![
            Check::new("rustsec", "no dependency has an open advisory")
                .run(Invocation::new("cargo deny --locked check advisories").remedy("update the dependency"))
                .needs(Need::AdvisoryDatabase),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn every_check_of_every_stage_has_a_reviewed_plan() {
        let shown: Vec<String> = all([8080, 8087, 8083, 8000, 8001, 8081, 8090])
            .iter()
            .flat_map(|stage| stage.checks.iter().map(|check| format!("{}/{}: {}", stage.name, check.name, check.plan)))
            .collect();
        insta::assert_snapshot!(shown.join("\n"));
    }

    #[test]
    fn names_are_unique_and_every_stage_says_what_it_is() {
        let stages = all([0; 7]);
        let mut names: Vec<_> =
            stages.iter().flat_map(|stage| stage.checks.iter().map(|check| (stage.name, check.name))).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(stages.iter().all(|stage| !stage.about.is_empty() && !stage.checks.is_empty()));
    }
}
