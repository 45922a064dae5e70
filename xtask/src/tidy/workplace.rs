//! The repository names no machine, no workplace and no package host: it is the same everywhere.

use super::{Finding, Tree, finding};

/// Words in two halves, so that this file does not break its own rule. The folder that the checkout lies in is the
/// machine's own as well.
const FOREIGN: &[(&str, &str)] = &[
    ("/root", "/"),
    ("/home", "/"),
    ("/Users", "/"),
    ("artifact", "ory"),
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("files.python", "hosted.org"),
    ("py", "pi.org/simple"),
    ("proxy.", "golang.org"),
    ("registry.npm", "js.org"),
    ("repo.maven", ".apache.org"),
    ("repo1.", "maven.org"),
    ("deb.", "debian.org"),
];

/// No file mentions one of them.
pub(super) fn stands_alone(tree: &Tree) -> Vec<Finding> {
    let mut words: Vec<String> = FOREIGN.iter().map(|(start, end)| [*start, *end].concat()).collect();
    // A folder at the very top, such as `/src`, would be found in half of all paths.
    let root = tree.metadata["workspace_root"].as_str().filter(|root| root.matches('/').count() > 1);
    words.extend(root.map(str::to_owned));
    let mut findings = Vec::new();
    for (path, text) in &tree.files {
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(word.as_str())) {
                let message = format!("`{word}` belongs to one machine or registry, not to the repository");
                findings.push(finding(&format!("{path}:{}", index + 1), message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::stands_alone;

    #[test]
    fn a_path_of_one_machine_is_found_with_its_line() {
        let home = ["see docs\nin /home", "/somebody/docs\n"].concat();
        let mut tree = tree(&[("README.md", &home), ("docs/a.md", "in /builds/17/docs"), ("docs/b.md", "at home")]);
        tree.metadata = serde_json::json!({ "workspace_root": "/builds/17" });
        let found: Vec<_> = stands_alone(&tree).into_iter().map(|finding| finding.file).collect();
        assert_eq!(found, ["README.md:2", "docs/a.md:1"]);
    }
}
