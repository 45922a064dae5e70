//! A running service on a free port, and what callers get from it.

use serde_json::Value;
use simulator::Endpoints;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::http::Request;

/// Far longer than anything takes, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Polls until it is so.
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "what was waited for never came");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The binary with nothing in its environment but what it needs.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_order-generation-service"));
    command.args(arguments).env_clear().env("HOST", "127.0.0.1").env("PORT", "0").stdin(Stdio::null());
    command
}

/// Runs the binary to its end with `input` on its standard input.
pub(crate) fn run(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("started");
    let mut stdin = child.stdin.take().expect("its input");
    let input = input.to_vec();
    // A process that ends without reading leaves a closed pipe.
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("ended");
    drop(writer.join().expect("no panic"));
    output
}

/// A running service; killed when it goes out of scope.
pub(crate) struct Service {
    child: Child,
    base: String,
    agent: Agent,
    log: Receiver<String>,
}

/// What a caller got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Service {
    /// Starts the service on the embedded store in `data`.
    pub(crate) fn start(upstreams: &Endpoints, data: &Path) -> Self {
        let mut command = command(&[]);
        command.env("DATA_DIR", data);
        Self::spawn(command, upstreams)
    }

    /// Starts the service and waits until it listens.
    pub(crate) fn spawn(mut command: Command, upstreams: &Endpoints) -> Self {
        command
            .env("PORTFOLIO_ACCOUNTING_URL", &upstreams.accounting)
            .env("PRICING_SERVICE_URL", &upstreams.pricing)
            .env("PORTFOLIO_SERVICE_URL", &upstreams.portfolio)
            .env("SECURITY_SERVICE_URL", &upstreams.security)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("started");
        let (sender, log) = channel();
        let (stdout, stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let errors = sender.clone();
        thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
        thread::spawn(move || BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|l| errors.send(l)));
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
        let mut service = Self { child, base: String::new(), agent: config.into(), log };
        let listening = service.logged("listening");
        let record: Value = serde_json::from_str(&listening).expect("a log record is JSON");
        let address = record["fields"]["address"].as_str().or_else(|| record["address"].as_str());
        service.base = format!("http://{}", address.expect("an address"));
        service
    }

    /// Waits for a log line with `text`.
    pub(crate) fn logged(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.log.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => seen.push(line),
                Err(RecvTimeoutError::Timeout) => panic!("{text:?} was never logged: {seen:#?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended without logging {text:?}: {seen:#?}"),
            }
        }
    }

    /// `127.0.0.1:…`
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// A way to send requests from other threads.
    pub(crate) fn caller(&self) -> Caller {
        Caller { base: self.base.clone(), agent: self.agent.clone() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.caller().get(path)
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.caller().post(path, body)
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(killed.success());
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        let mut ended = None;
        wait_until(|| {
            ended = self.child.try_wait().expect("its state");
            ended.is_some()
        });
        ended.expect("it has ended")
    }

    /// SIGTERM, and waits for the end.
    pub(crate) fn stop(self) {
        self.terminate();
        let status = self.wait();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends requests.
#[derive(Clone)]
pub(crate) struct Caller {
    base: String,
    agent: Agent,
}

impl Caller {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.try_get(path).expect("an answer")
    }

    pub(crate) fn try_get(&self, path: &str) -> Result<Answer, ureq::Error> {
        self.send(Request::get(format!("{}{path}", self.base)).body(String::new()).expect("a request"))
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.try_post(path, body, &[]).expect("an answer")
    }

    /// A POST that may get no answer, with further headers.
    pub(crate) fn try_post(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
        let mut request = Request::post(format!("{}{path}", self.base));
        if !body.is_empty() {
            request = request.header("Content-Type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.to_owned()).expect("a request"))
    }

    fn send(&self, request: Request<String>) -> Result<Answer, ureq::Error> {
        let response = self.agent.run(request)?;
        let (head, mut body) = response.into_parts();
        let text = body.with_config().limit(64 << 20).read_to_string()?;
        Ok(Answer { status: head.status.as_u16(), text })
    }
}
