//! Store files that cannot be used: a clear error at start, and the file stays as it is.

use crate::process::{Service, command, run};
use crate::suite::{create, stored, suite, worked_example};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const FILE: &str = "order-generation.redb";

/// Starts the service on `data`, which must fail, and gives what it said.
fn refused(data: &Path) -> String {
    let mut command = command(&[]);
    command.env("DATA_DIR", data);
    let output = run(command, b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

#[test]
fn a_file_in_use_is_left_to_the_one_who_has_it() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let said = refused(data.path());
    assert!(said.contains(FILE) && said.contains("open in another process"), "{said}");
    create(&service, &worked_example(&suite));
}

#[test]
fn something_else_and_damage_are_told_apart_and_never_overwritten() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let model = create(&service, &worked_example(&suite));
    service.post(&format!("{model}/rebalance"), "").expect(200);
    service.stop();
    let path = data.path().join(FILE);
    let whole = fs::read(&path).expect("the store file");
    for (content, expected) in
        [(b"ceci n'est pas un store".to_vec(), "not a store file"), (whole[..whole.len() / 2].to_vec(), "damaged")]
    {
        fs::write(&path, &content).expect("written");
        let said = refused(data.path());
        assert!(said.contains(expected) && said.contains(FILE), "{expected}: {said}");
        assert!(fs::read(&path).expect("read") == content, "the file is as it was");
    }
    fs::write(&path, &whole).expect("restored");
    let service = Service::start(suite.endpoints(), data.path());
    assert_eq!(stored(&service).len(), 1);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let data = TempDir::new().expect("a directory");
    let file = data.path().join("taken");
    fs::write(&file, "a file").expect("written");
    let said = refused(&file.join("below"));
    assert!(said.contains("DATA_DIR") && said.contains("taken"), "{said}");
}
