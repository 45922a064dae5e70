//! The repository names no machine, no workplace and no package host: it is the same everywhere.

use super::{Finding, Tree, finding};

/// Words in two halves, so that this file does not break its own rule.
const FOREIGN: &[(&str, &str)] = &[
    ("/work/", "main"),
    ("/work/", "shared"),
    ("../", "shared/"),
    ("/root/", "."),
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
    let words: Vec<String> = FOREIGN.iter().map(|(start, end)| [*start, *end].concat()).collect();
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
        let text = ["see docs\nin /work/", "main/docs\n"].concat();
        let found = stands_alone(&tree(&[("README.md", &text)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].file, "README.md:2");
        assert!(stands_alone(&tree(&[("README.md", "work on main")])).is_empty());
    }
}
