//! Rules about the image that need no engine: what its last stage promises, and what the bake file names.

use std::path::Path;

use serde_json::{Map, Value};

use super::{Finding, Tree, finding};

const DOCKERFILE: &str = "docker/Dockerfile";
const BAKE: &str = "docker/docker-bake.hcl";
/// The target and the stage that are shipped.
const SHIPPED: &str = "service";
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

/// A keyword, and the rest of its line.
type Instruction = (String, String);
/// The title of a block of the bake file without its quotes, and its attributes.
type Block = (String, Map<String, Value>);

/// One stage of a Dockerfile.
struct Stage {
    base: String,
    name: String,
    instructions: Vec<Instruction>,
}

/// Instructions with their arguments; continued lines are joined, comments are left out.
fn instructions(text: &str) -> Vec<Instruction> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let split = joined.lines().filter_map(|line| line.split_once(char::is_whitespace));
    split.map(|(keyword, rest)| (keyword.to_ascii_uppercase(), rest.trim().to_owned())).collect()
}

fn stages(text: &str) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for (keyword, rest) in instructions(text) {
        if keyword == "FROM" {
            let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
            let word = |index: usize| words.get(index).copied().unwrap_or_default().to_owned();
            stages.push(Stage { base: word(0), name: word(2), instructions: Vec::new() });
        } else if let Some(stage) = stages.last_mut() {
            stage.instructions.push((keyword, rest));
        }
    }
    stages
}

fn is_exec_form(command: &str) -> bool {
    serde_json::from_str::<Vec<String>>(command).is_ok_and(|words| !words.is_empty())
}

/// The shipped stage: nothing in it but what it needs, no privileges, and a process that hears the signals itself.
pub(super) fn minimal(tree: &Tree) -> Vec<Finding> {
    let stages = stages(tree.text(DOCKERFILE).unwrap_or_default());
    let Some(Stage { base, instructions, .. }) = stages.iter().find(|stage| stage.name == SHIPPED) else {
        return vec![finding(DOCKERFILE, format!("has no stage `{SHIPPED}`, which the image is built from"))];
    };
    let last = |keyword: &str| instructions.iter().rev().find(|(found, _)| found == keyword).map(|(_, rest)| &**rest);
    let is_number = |text: &str| text.parse::<u32>().is_ok_and(|id| id != 0);
    let is_numeric = |user: &str| user.split(':').count() == 2 && user.split(':').all(is_number);
    let health = last("HEALTHCHECK").and_then(|rest| rest.split_once("CMD ")).map(|(_, command)| command.trim());
    let roots = "/etc/ssl/certs/ca-certificates.crt";
    let has_roots = instructions.iter().any(|(keyword, rest)| keyword == "COPY" && rest.ends_with(roots));
    let rules = [
        (
            base == "scratch" || base.starts_with("gcr.io/distroless/static"),
            format!("begins from `{base}`: use scratch or a static distroless image, which have no shell"),
        ),
        (last("RUN").is_none(), "runs a command: there is no shell in it".to_owned()),
        (last("USER").is_some_and(is_numeric), "needs a numeric `USER uid:gid` that is not root".to_owned()),
        (has_roots, format!("needs the roots of trust: copy {roots}")),
        (
            last("ENTRYPOINT").is_some_and(is_exec_form),
            "needs an ENTRYPOINT in exec form, [\"…\"]: a shell would keep the signals to itself".to_owned(),
        ),
        (health.is_some_and(is_exec_form), "needs a HEALTHCHECK in exec form, CMD [\"…\"]".to_owned()),
        (last("STOPSIGNAL") == Some("SIGTERM"), "needs `STOPSIGNAL SIGTERM`, which the service drains on".to_owned()),
        (last("EXPOSE") == Some("8080"), "needs `EXPOSE 8080`, the port of manifests and compose file".to_owned()),
    ];
    let broken = rules.into_iter().filter(|(kept, _)| !kept);
    broken.map(|(_, message)| finding(DOCKERFILE, format!("stage `{SHIPPED}` {message}"))).collect()
}

/// The bake file as far as it is used: blocks with one attribute per line, whose values are JSON.
fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let title = line.strip_suffix(" {").map(|title| title.replace('"', ""));
        let attribute = line.split_once('=').map(|(key, value)| (key.trim(), serde_json::from_str(value.trim())));
        match (is_open, line, title, attribute, blocks.last_mut()) {
            (true, "}", ..) => is_open = false,
            (false, _, Some(title), ..) => {
                blocks.push((title, Map::new()));
                is_open = true;
            }
            (true, _, None, Some((key, Ok(value))), Some((_, block))) => drop(block.insert(key.to_owned(), value)),
            _ => return Err(format!("`{line}` is not understood: a block, or one attribute per line")),
        }
    }
    if is_open { Err("a block does not end".to_owned()) } else { Ok(blocks) }
}

/// The bake file builds the shipped stage for both platforms, and every target from a file and a stage that exist.
pub(super) fn baked(tree: &Tree) -> Vec<Finding> {
    let blocks = match blocks(tree.text(BAKE).unwrap_or_default()) {
        Ok(blocks) => blocks,
        Err(message) => return vec![finding(BAKE, message)],
    };
    let mut findings = Vec::new();
    for (name, block) in blocks.iter().filter_map(|(title, block)| Some((title.strip_prefix("target ")?, block))) {
        let text = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
        let (dockerfile, stage) = (Path::new(text("context")).join(text("dockerfile")), text("target"));
        let dockerfile = dockerfile.strip_prefix(".").unwrap_or(&dockerfile).to_string_lossy().into_owned();
        match tree.text(&dockerfile) {
            None => findings.push(finding(BAKE, format!("target `{name}`: there is no file `{dockerfile}`"))),
            Some(text) if !stages(text).iter().any(|found| found.name == stage) => {
                findings.push(finding(BAKE, format!("target `{name}`: {dockerfile} has no stage `{stage}`")));
            }
            Some(_) => {}
        }
    }
    let shipped = blocks.iter().find(|(title, _)| title.strip_prefix("target ") == Some(SHIPPED));
    let platforms = shipped.and_then(|(_, block)| block.get("platforms"));
    if platforms != Some(&serde_json::json!(PLATFORMS)) {
        findings.push(finding(BAKE, format!("target `{SHIPPED}` is built for {}", PLATFORMS.join(" and "))));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::{BAKE, DOCKERFILE, baked, minimal};

    /// The repository's own files, one text replaced.
    fn found(file: &str, from: &str, to: &str) -> Vec<String> {
        let texts = [DOCKERFILE, BAKE]
            .map(|path| (path, std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()));
        let planted = texts.map(|(path, text)| {
            // The last mention: that of the shipped stage stands before that of the simulator's.
            let at = text.split("\nFROM scratch AS simulator").next().unwrap().rfind(from);
            match at {
                Some(at) if path == file => (path, format!("{}{to}{}", &text[..at], &text[at + from.len()..])),
                _ => {
                    assert!(path != file || from.is_empty(), "{file} does not say {from}");
                    (path, text)
                }
            }
        });
        let tree = tree(&planted.each_ref().map(|(path, text)| (*path, text.as_str())));
        [minimal(&tree), baked(&tree)].concat().into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn our_own_files_keep_the_rules() {
        assert_eq!(found("", "", ""), [""; 0]);
    }

    #[test]
    fn each_fault_of_the_dockerfile_is_found() {
        let faults = [
            ("FROM scratch AS service", "FROM debian:12-slim AS service", "begins from `debian:12-slim`"),
            ("FROM scratch AS service", "FROM scratch AS final", "has no stage `service`"),
            ("USER 65532:65532", "USER nobody", "numeric"),
            ("USER 65532:65532", "USER 0:0", "numeric"),
            ("USER 65532:65532", "", "numeric"),
            ("USER 65532:65532", "RUN true\nUSER 65532:65532", "there is no shell"),
            ("ca-certificates.crt\n", "roots.crt\n", "roots of trust"),
            (
                "ENTRYPOINT [\"/order-generation-service\"]",
                "ENTRYPOINT /order-generation-service",
                "ENTRYPOINT in exec",
            ),
            ("CMD [\"/order-generation-service\", \"healthcheck\"]", "CMD /healthcheck", "HEALTHCHECK in exec"),
            ("STOPSIGNAL SIGTERM\n", "STOPSIGNAL SIGKILL\n", "STOPSIGNAL"),
            ("STOPSIGNAL SIGTERM\n", "", "STOPSIGNAL"),
            ("EXPOSE 8080", "EXPOSE 8088", "EXPOSE 8080"),
        ];
        for (from, to, expected) in faults {
            let found = found(DOCKERFILE, from, to);
            assert!(found.iter().any(|finding| finding.contains(expected)), "{from} → {to}: {found:?}");
        }
    }

    #[test]
    fn each_fault_of_the_bake_file_is_found() {
        let faults = [
            (", \"linux/arm64\"", "", "is built for linux/amd64 and linux/arm64"),
            ("target \"service\"", "target \"image\"", "is built for linux/amd64 and linux/arm64"),
            ("\"docker/Dockerfile\"", "\"Dockerfile\"", "there is no file `Dockerfile`"),
            ("target     = \"simulator\"", "target     = \"simulators\"", "has no stage `simulators`"),
            ("[\"service\"]\n}", "[\"service\"]\n", "a block does not end"),
            ("[\"service\"]", "[\"service\"", "is not understood"),
        ];
        for (from, to, expected) in faults {
            let found = found(BAKE, from, to);
            assert!(found.iter().any(|finding| finding.contains(expected)), "{from} → {to}: {found:?}");
        }
    }
}
