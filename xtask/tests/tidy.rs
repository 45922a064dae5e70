//! The repository keeps its own rules; `cargo xtask tidy` shows the same findings.

use xtask::console::{Colour, Console};
use xtask::tidy::{self, Tree};
use xtask::workspace::Workspace;

#[test]
fn the_repository_is_tidy() {
    let workspace = Workspace::new(Console::new(Colour::Never)).unwrap();
    let tree = Tree::read(&workspace).unwrap();
    assert!(tree.files.len() > 50, "the tree was not read: {} files", tree.files.len());
    let findings: Vec<String> =
        tidy::findings(&tree).into_iter().map(|(rule, finding)| format!("{finding} [{rule}]")).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn an_image_is_scanned_before_it_is_published_and_attested_after() {
    let workspace = Workspace::new(Console::new(Colour::Never)).unwrap();
    let text = std::fs::read_to_string(workspace.path(".github/workflows/ci.yml")).unwrap();
    let image = text.split("\n  image:\n").nth(1).unwrap().split("\n  performance:\n").next().unwrap();
    let steps =
        ["xtask image --load", "trivy-action@", "login-action@", "xtask image --push", "attest-build-provenance@"];
    let places = steps.map(|step| image.find(step).unwrap_or_else(|| panic!("no step `{step}`")));
    assert!(places.is_sorted(), "{places:?}");
    let published = image.matches("if: ${{ steps.load.outputs.publish == 'true' }}").count();
    assert_eq!(published, 3, "login, push and attestation depend on what xtask said");
    assert!(image.contains("limit-severities-for-sarif: true"), "SARIF would hold, and fail on, every severity");
}
