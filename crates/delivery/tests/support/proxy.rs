//! A reverse proxy before the API server: it answers for the health of simulated pods, and breaks the wire on demand.

use std::io::{self, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::http::{Request, answer, get_json};

/// What happens to a request instead of being passed on.
#[derive(Clone)]
pub(crate) enum Fault {
    /// This status, with `Retry-After: 1` or without.
    Status { code: u16, retry_after: bool },
    /// The connection is reset.
    Reset,
    /// Nothing, for so long.
    Hang(Duration),
    /// It is passed on, but its answer is lost.
    LoseAnswer,
    /// It is passed on; from then on every connection is reset.
    GoneAfter,
}

/// What the simulated service says of itself.
#[derive(Clone)]
pub(crate) enum Health {
    /// Ready, in the version of the Deployment that is there.
    Follow,
    /// Ready, in this version.
    Version(&'static str),
    /// Not ready.
    NotReady,
}

struct Rule {
    matches: Box<dyn Fn(&Request) -> bool + Send>,
    fault: Fault,
    times: usize,
}

struct State {
    rules: Vec<Rule>,
    health: Health,
    gone: bool,
    log: Vec<(String, String, bool)>,
}

/// The proxy.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    pub(crate) fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { rules: Vec::new(), health: Health::Follow, gone: false, log: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                // A connection that breaks is the peer's to notice.
                thread::spawn(move || drop(serve(stream, upstream, &state)));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks the next `times` requests that match.
    pub(crate) fn fault(&self, times: usize, fault: Fault, matches: impl Fn(&Request) -> bool + Send + 'static) {
        self.state.lock().unwrap().rules.push(Rule { matches: Box::new(matches), fault, times });
    }

    pub(crate) fn health(&self, health: Health) {
        self.state.lock().unwrap().health = health;
    }

    /// Ends [`Fault::GoneAfter`].
    pub(crate) fn come_back(&self) {
        self.state.lock().unwrap().gone = false;
    }

    /// Every request since the last [`Proxy::take_log`].
    pub(crate) fn log(&self) -> Vec<(String, String, bool)> {
        self.state.lock().unwrap().log.clone()
    }

    /// Every request since the last call: method, target, and whether it would change something.
    pub(crate) fn take_log(&self) -> Vec<(String, String, bool)> {
        std::mem::take(&mut self.state.lock().unwrap().log)
    }
}

fn serve(mut stream: TcpStream, upstream: SocketAddr, state: &Mutex<State>) -> io::Result<()> {
    if state.lock().unwrap().gone {
        return Ok(()); // closing with unread data resets the connection
    }
    let Some(request) = Request::read(&mut BufReader::new(stream.try_clone()?)) else { return Ok(()) };
    let (fault, health) = state.lock().unwrap().consider(&request);
    match fault {
        Some(Fault::Status { code, retry_after }) => {
            let body = format!(
                r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","message":"injected","reason":"{}","code":{code}}}"#,
                reason(code)
            );
            let retry: &[(&str, &str)] = if retry_after { &[("Retry-After", "1")] } else { &[] };
            answer(&mut stream, code, &[retry, &[("Content-Type", "application/json")]].concat(), &body);
            Ok(())
        }
        Some(Fault::Reset) => Ok(()),
        Some(Fault::LoseAnswer) => {
            let mut server = TcpStream::connect(upstream)?;
            server.write_all(&upstream_request(&request))?;
            io::copy(&mut server, &mut io::sink())?;
            Ok(())
        }
        Some(Fault::Hang(time)) => {
            thread::sleep(time);
            Ok(())
        }
        Some(Fault::GoneAfter) | None if request.path().contains("/proxy/health/") => {
            answer_health(&mut stream, &request, &health, upstream);
            Ok(())
        }
        Some(Fault::GoneAfter) | None => pass_on(&mut stream, &request, upstream),
    }
}

impl State {
    /// Logs a request and finds out what is to happen to it.
    fn consider(&mut self, request: &Request) -> (Option<Fault>, Health) {
        self.log.push((request.method.clone(), request.target.clone(), request.is_mutating()));
        let rule = self.rules.iter_mut().find(|rule| rule.times > 0 && (rule.matches)(request));
        let fault = rule.map(|rule| {
            rule.times -= 1;
            rule.fault.clone()
        });
        self.gone |= matches!(fault, Some(Fault::GoneAfter));
        (fault, self.health.clone())
    }
}

fn reason(code: u16) -> &'static str {
    match code {
        403 => "Forbidden",
        409 => "Conflict",
        422 => "Invalid",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        _ => "InternalError",
    }
}

fn pass_on(stream: &mut TcpStream, request: &Request, upstream: SocketAddr) -> io::Result<()> {
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(&upstream_request(request))?;
    io::copy(&mut server, stream)?;
    Ok(())
}

fn upstream_request(request: &Request) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        if !["connection", "content-length", "transfer-encoding"].contains(&name.as_str()) {
            head.extend([name.as_str(), ": ", value, "\r\n"]);
        }
    }
    let end = format!("connection: close\r\ncontent-length: {}\r\n\r\n", request.body.len());
    [head.into_bytes(), end.into_bytes(), request.body.clone()].concat()
}

/// What a pod of the service would answer.
fn answer_health(stream: &mut TcpStream, request: &Request, health: &Health, upstream: SocketAddr) {
    let version = match health {
        Health::Version(version) => (*version).to_owned(),
        Health::NotReady => return answer(stream, 503, &[], r#"{"status":"not_ready","version":"0.0.0"}"#),
        Health::Follow => deployed_version(request, upstream).unwrap_or_default(),
    };
    answer(stream, 200, &[], &format!(r#"{{"status":"ready","version":"{version}"}}"#));
}

/// The version in the Deployment's change cause, `v1.2.3 sha256:…`.
fn deployed_version(request: &Request, upstream: SocketAddr) -> Option<String> {
    let namespace = request.path().split('/').nth(4)?;
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{}", delivery::deploy::APP);
    let deployment = get_json(upstream, &path).ok()?;
    let cause = deployment["metadata"]["annotations"]["kubernetes.io/change-cause"].as_str()?;
    Some(cause.split_whitespace().next()?.trim_start_matches('v').to_owned())
}
