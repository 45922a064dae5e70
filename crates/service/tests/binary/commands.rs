//! The commands beside serving.

use crate::process::{Service, command, run};
use crate::suite::{create, strategy, suite, worked_example};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

fn on(data: &Path, argument: &str, input: &[u8]) -> Output {
    let mut command = command(&[argument]);
    command.env("DATA_DIR", data);
    run(command, input)
}

#[test]
fn what_is_exported_and_imported_is_exported_the_same_again() {
    let (suite, data) = (suite(10), [(); 2].map(|()| TempDir::new().expect("a directory")));
    let service = Service::start(suite.endpoints(), data[0].path());
    let example = create(&service, &worked_example(&suite));
    let large = create(&service, &strategy(&suite, "Large", 10));
    let record = service.post(&format!("{example}/rebalance"), "").expect(200).json()[0]["rebalance_id"].clone();
    service.post(&format!("{large}/rebalance"), "").expect(200);
    let path = format!("/api/v1/rebalance/{}", record.as_str().expect("an id"));
    let before = service.get(&path).expect(200).json();
    service.stop();

    let exported = on(data[0].path(), "export", b"");
    assert!(exported.status.success(), "{exported:?}");
    let imported = on(data[1].path(), "import", &exported.stdout);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let said = String::from_utf8_lossy(&imported.stderr).into_owned();
    assert!(said.contains("2 models and 2 rebalances"), "{said}");
    let again = on(data[1].path(), "export", b"");
    assert!(again.stdout == exported.stdout, "nothing was lost or changed");
    let service = Service::start(suite.endpoints(), data[1].path());
    assert_eq!(service.get(&path).expect(200).json(), before);
}

#[test]
fn a_cut_export_is_recognised() {
    let (suite, data) = (suite(0), [(); 2].map(|()| TempDir::new().expect("a directory")));
    let service = Service::start(suite.endpoints(), data[0].path());
    create(&service, &worked_example(&suite));
    service.stop();
    let exported = on(data[0].path(), "export", b"").stdout;
    let cut = exported.iter().rposition(|byte| *byte == b'{').expect("a last line");
    let imported = on(data[1].path(), "import", &exported[..cut]);
    let said = String::from_utf8_lossy(&imported.stderr).into_owned();
    assert_eq!(imported.status.code(), Some(1), "{said}");
    assert!(said.contains("the export was cut"), "{said}");
}

#[test]
fn healthcheck_says_by_its_exit_code_whether_the_service_is_ready() {
    let (suite, data) = (suite(0), TempDir::new().expect("a directory"));
    let service = Service::start(suite.endpoints(), data.path());
    let port = service.address().rsplit(':').next().expect("a port").to_owned();
    let ask = || {
        let mut command = command(&["healthcheck"]);
        command.env("PORT", &port);
        run(command, b"")
    };
    assert!(ask().status.success());
    service.kill();
    let output = ask();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&port), "{output:?}");
}

#[test]
fn unknown_commands_are_usage_errors() {
    let output = run(command(&["serve"]), b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--help"), "{output:?}");
}
