//! The binary: what it prints, and when it stops.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::try_get;

/// A child that does not outlive its test.
struct Running(Child);

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_simulator"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    fn ready(&mut self) -> Value {
        let mut line = String::new();
        BufReader::new(self.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the simulator does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have stopped by itself, which is what most tests want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_announces_where_it_listens_in_one_line_of_json() {
    let mut simulator =
        Running::start(&["--port-base", "0", "--seed", "7", "--portfolios", "3", "--deterministic-prices"]);
    let ready = simulator.ready();
    assert_eq!((&ready["ready"], &ready["seed"]), (&json!(true), &json!(7)));
    assert_eq!((&ready["portfolios"], &ready["securities"], &ready["prices"]), (&json!(3), &json!(666), &json!(471)));
    for (service, path) in [
        ("accounting", "/health"),
        ("pricing", "/actuator/health"),
        ("portfolio", "/"),
        ("security", "/health/liveness"),
        ("order", "/actuator/health"),
        ("control", "/simulator"),
    ] {
        let url = format!("{}{path}", ready[service].as_str().unwrap());
        assert_eq!(try_get(&url).unwrap().status, 200, "{service}");
    }
}

#[test]
fn it_stops_when_its_parent_goes_away() {
    let mut simulator = Running::start(&["--port-base", "0", "--portfolios", "1", "--exit-with-parent"]);
    simulator.ready();
    drop(simulator.0.stdin.take());
    assert_eq!(simulator.exit_code(), Some(0));
}

#[test]
fn it_stops_on_sigterm_and_sigint_but_not_at_the_end_of_its_input_unless_told() {
    for signal in ["-TERM", "-INT"] {
        let mut simulator = Running::start(&["--port-base", "0", "--portfolios", "1"]);
        let ready = simulator.ready();
        drop(simulator.0.stdin.take());
        assert_eq!(try_get(&format!("{}/health", ready["accounting"].as_str().unwrap())).unwrap().status, 200);
        let pid = simulator.0.id().to_string();
        assert!(Command::new("sh").args(["-c", &format!("kill {signal} {pid}")]).status().unwrap().success());
        assert_eq!(simulator.exit_code(), Some(0), "{signal}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let zeros = ["--accounting-port", "0", "--portfolio-port", "0", "--security-port", "0", "--order-port", "0"];
    let mut arguments = zeros.to_vec();
    arguments.extend(["--control-port", "0", "--portfolios", "1", "--pricing-port", &port]);
    let mut simulator = Running::start(&arguments);
    assert_eq!(simulator.exit_code(), Some(1));
    let errors: Vec<_> = BufReader::new(simulator.0.stderr.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(errors.join("\n").contains(&format!("cannot listen on 127.0.0.1:{port}")), "{errors:?}");
}
