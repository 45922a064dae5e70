//! The repository keeps its own rules; `cargo xtask tidy` shows the same findings.

use xtask::console::{Colour, Console};
use xtask::tidy::{self, Tree};
use xtask::workspace::Workspace;

#[test]
fn the_repository_is_tidy() {
    let workspace = Workspace::new(Console::new(Colour::Never));
    let tree = Tree::read(&workspace).unwrap();
    assert!(tree.files.len() > 50, "the tree was not read: {} files", tree.files.len());
    let findings: Vec<String> =
        tidy::findings(&tree).into_iter().map(|(rule, finding)| format!("{finding} [{rule}]")).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
