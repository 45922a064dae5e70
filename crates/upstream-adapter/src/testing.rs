//! What the tests of this crate share: a scripted HTTP server on the loopback interface, a clock that is moved by
//! hand, an observer that remembers, and clients wired to them.

use crate::{
    BaseUrl, BreakerState, Outcome, Pace, RequestContext, UpstreamClients, UpstreamConfig, UpstreamHooks,
    UpstreamObserver, UpstreamUrls,
};
use futures::FutureExt;
use futures::future::BoxFuture;
use ports::Upstream;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Path and query.
    pub(crate) target: String,
    /// The header lines.
    pub(crate) headers: String,
}

impl Seen {
    /// The value of this header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.headers.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A whole response.
    Http { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// These bytes, then the connection is closed.
    Raw(Vec<u8>),
    /// These bytes, then nothing more while the client waits.
    Stall(Vec<u8>),
    /// The connection is reset.
    Reset,
}

impl Answer {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    pub(crate) fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Http { status, headers: vec![("content-type", "application/json".to_owned())], body: body.into() }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Http { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }

    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Http { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    write!(head, "{name}: {value}\r\n").expect("a String takes it");
                }
                head.push_str("\r\n");
                [head.into_bytes(), body].concat()
            }
            Self::Raw(bytes) | Self::Stall(bytes) => bytes,
            Self::Reset => Vec::new(),
        }
    }
}

/// What answers: a function of the path and query, and of how often just this was asked before.
pub(crate) type Script = Arc<dyn Fn(&str, usize) -> Answer + Send + Sync>;

/// A server that stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (log, accepted) = (Arc::clone(&seen), Arc::clone(&connections));
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                accepted.fetch_add(1, Ordering::SeqCst);
                open.spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { address, seen, connections, task }
    }

    pub(crate) fn url(&self) -> BaseUrl {
        format!("http://{}", self.address).parse().expect("a URL")
    }

    /// Stops; nobody listens at its address when this returns.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        assert!((&mut self.task).await.is_err_and(|error| error.is_cancelled()));
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Path and query of all requests so far.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.target).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves one connection until either side closes it.
async fn serve(mut stream: TcpStream, script: Script, log: Arc<Mutex<Vec<Seen>>>) {
    let mut received = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            let mut buffer = [0; 4096];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(length) => received.extend_from_slice(&buffer[..length]),
            }
        };
        let head = String::from_utf8(received.drain(..end + 4).collect()).expect("text");
        let (first, headers) = head.split_once("\r\n").expect("a request line");
        let target = first.split(' ').nth(1).expect("a target").to_owned();
        let asked_before = {
            let mut log = log.lock().expect("not poisoned");
            let before = log.iter().filter(|seen| seen.target == target).count();
            log.push(Seen { target: target.clone(), headers: headers.to_owned() });
            before
        };
        let answer = script(&target, asked_before);
        let goes_on = matches!(answer, Answer::Http { .. });
        let stalls = matches!(answer, Answer::Stall(_));
        if matches!(answer, Answer::Reset) {
            stream.set_zero_linger().expect("a socket option");
            return;
        }
        if stream.write_all(&answer.bytes()).await.is_err() {
            return;
        }
        if stalls {
            // Returns when the client gives up and closes.
            drop(stream.read(&mut [0]).await);
        }
        if !goes_on {
            return;
        }
    }
}

/// A clock that stands still but for `advance` and `sleep`, which returns at once. Chance always draws zero.
#[derive(Default)]
pub(crate) struct ManualPace {
    now: Mutex<Duration>,
    slept: Mutex<Vec<Duration>>,
}

impl ManualPace {
    pub(crate) fn advance(&self, duration: Duration) {
        *self.now.lock().expect("not poisoned") += duration;
    }

    /// All pauses so far.
    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.slept.lock().expect("not poisoned").clone()
    }
}

impl Pace for ManualPace {
    fn now(&self) -> Duration {
        *self.now.lock().expect("not poisoned")
    }

    fn jitter(&self, _: Duration) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.advance(duration);
        self.slept.lock().expect("not poisoned").push(duration);
        std::future::ready(()).boxed()
    }
}

/// Remembers what it is told.
#[derive(Default)]
pub(crate) struct Recorder {
    requests: Mutex<Vec<(Upstream, Outcome)>>,
    breakers: Mutex<Vec<(Upstream, BreakerState)>>,
}

impl Recorder {
    /// The outcomes of all requests so far.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.requests.lock().expect("not poisoned").iter().map(|(_, outcome)| *outcome).collect()
    }

    /// The services of all requests so far.
    pub(crate) fn services(&self) -> Vec<Upstream> {
        self.requests.lock().expect("not poisoned").iter().map(|(service, _)| *service).collect()
    }

    /// The states that this service's breaker went through.
    pub(crate) fn breaker(&self, service: Upstream) -> Vec<BreakerState> {
        let breakers = self.breakers.lock().expect("not poisoned");
        breakers.iter().filter(|(of, _)| *of == service).map(|(_, state)| *state).collect()
    }
}

impl UpstreamObserver for Recorder {
    fn request(&self, service: Upstream, outcome: Outcome, _: Duration) {
        self.requests.lock().expect("not poisoned").push((service, outcome));
    }

    fn breaker(&self, service: Upstream, state: BreakerState) {
        self.breakers.lock().expect("not poisoned").push((service, state));
    }
}

/// The same headers for each request.
pub(crate) struct FixedContext(pub(crate) Vec<(&'static str, &'static str)>);

impl RequestContext for FixedContext {
    fn headers(&self) -> Vec<(&'static str, String)> {
        self.0.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    }
}

/// Clients of one server that plays all services.
pub(crate) struct Bench {
    pub(crate) server: Server,
    pub(crate) clients: UpstreamClients,
    pub(crate) pace: Arc<ManualPace>,
    pub(crate) recorder: Arc<Recorder>,
}

impl Bench {
    /// With the defaults, but for `change`.
    pub(crate) async fn with(
        change: impl FnOnce(&mut UpstreamConfig),
        script: impl Fn(&str, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let server = Server::start(Arc::new(script)).await;
        let mut config = UpstreamConfig { urls: all_at(&server.url()), ..UpstreamConfig::default() };
        change(&mut config);
        let (pace, recorder) = (Arc::new(ManualPace::default()), Arc::new(Recorder::default()));
        let context = FixedContext(vec![("traceparent", "00-trace-span-01"), ("X-Correlation-ID", "abc-1")]);
        let hooks = UpstreamHooks {
            pace: Arc::clone(&pace) as _,
            observer: Arc::clone(&recorder) as _,
            context: Arc::new(context),
        };
        let clients = UpstreamClients::new(&config, &hooks).expect("clients");
        Self { server, clients, pace, recorder }
    }

    /// With the defaults.
    pub(crate) async fn new(script: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::with(|_| {}, script).await
    }
}

/// All services at one address.
pub(crate) fn all_at(url: &BaseUrl) -> UpstreamUrls {
    let [portfolio_accounting, pricing, portfolio, security] = [url.clone(), url.clone(), url.clone(), url.clone()];
    UpstreamUrls { portfolio_accounting, pricing, portfolio, security }
}

/// The text of an error and of all its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        write!(text, ": {inner}").expect("a String takes it");
        cause = inner.source();
    }
    text
}
