//! A TCP proxy in front of the server that understands just enough of the protocol to fail at a chosen command: it
//! cuts, stalls and delays, answers in the server's place, and can be gone altogether.

mod wire;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::mongodb::bson::Document;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use wire::{Message, read_message};

/// What happens to a command.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The connection is cut; the server never sees the command.
    CutBefore,
    /// The server carries the command out; the connection is cut before its answer.
    CutAfter,
    /// The server never sees the command, and nobody answers.
    StallBefore,
    /// The server carries the command out, and nobody answers.
    StallAfter,
    /// The command is held back for so long.
    Delay(Duration),
    /// The server never sees the command; this is the answer.
    AnswerBefore(Document),
    /// The server carries the command out; this is the answer instead of its own.
    AnswerAfter(Document),
}

/// Which commands a fault is for.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    command: &'static str,
    collection: &'static str,
    skip: usize,
    times: usize,
    fault: Fault,
}

impl Rule {
    /// The next such command on this collection suffers the fault.
    pub(crate) const fn next(command: &'static str, collection: &'static str, fault: Fault) -> Self {
        Self { command, collection, skip: 0, times: 1, fault }
    }

    /// So many of them do.
    pub(crate) fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// So many pass unharmed before.
    pub(crate) fn after(self, skip: usize) -> Self {
        Self { skip, ..self }
    }
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    connections: Vec<JoinHandle<()>>,
    listener: Option<JoinHandle<()>>,
    seen: HashMap<(String, String), Vec<Document>>,
}

/// A proxy on a port of its own.
pub(crate) struct Proxy {
    address: SocketAddr,
    upstream: String,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A proxy for the server at `upstream`, where nobody listens yet.
    pub(crate) async fn closed(upstream: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        Self { address, upstream, state: Arc::default() }
    }

    /// One that listens.
    pub(crate) async fn open(upstream: String) -> Self {
        let proxy = Self::closed(upstream).await;
        proxy.listen().await;
        proxy
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault.
    pub(crate) fn rule(&self, rule: Rule) {
        self.state().rules.push(rule);
    }

    /// Forgets all faults; what stalls goes on stalling.
    pub(crate) fn heal(&self) {
        self.state().rules.clear();
    }

    /// The bodies of such commands that came by.
    pub(crate) fn seen(&self, command: &str, collection: &str) -> Vec<Document> {
        self.state().seen.get(&(command.to_owned(), collection.to_owned())).cloned().unwrap_or_default()
    }

    /// Cuts all connections and refuses new ones, as a server that has died.
    pub(crate) fn die(&self) {
        let mut state = self.state();
        state.listener.take().into_iter().for_each(|listener| listener.abort());
        state.connections.drain(..).for_each(|connection| connection.abort());
    }

    /// Accepts connections.
    pub(crate) async fn listen(&self) {
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await, // the old one is still closing
            }
        };
        let (upstream, state) = (self.upstream.clone(), Arc::clone(&self.state));
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let connection = tokio::spawn(serve(client, upstream.clone(), Arc::clone(&state)));
                state.lock().unwrap_or_else(PoisonError::into_inner).connections.push(connection);
            }
        });
        self.state().listener = Some(accepting);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.die();
    }
}

/// The fault that `message` suffers, if any.
fn fault_of(state: &Mutex<State>, message: &Message) -> Option<Fault> {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let (command, collection) = message.command()?;
    let seen = state.seen.entry((command.to_owned(), collection.to_owned())).or_default();
    seen.extend(message.body());
    let rule = state
        .rules
        .iter_mut()
        .find(|rule| rule.command == command && rule.collection == collection && rule.times > 0)?;
    if rule.skip > 0 {
        rule.skip -= 1;
        return None;
    }
    rule.times -= 1;
    Some(rule.fault.clone())
}

/// Relays one connection until either side or a fault ends it.
async fn serve(client: TcpStream, upstream: String, state: Arc<Mutex<State>>) {
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    while relay(&mut from_client, &mut to_client, &mut from_server, &mut to_server, &state).await.is_some() {}
}

/// Relays one command and its answers; `None` ends the connection.
async fn relay(
    from_client: &mut OwnedReadHalf,
    to_client: &mut OwnedWriteHalf,
    from_server: &mut OwnedReadHalf,
    to_server: &mut OwnedWriteHalf,
    state: &Mutex<State>,
) -> Option<()> {
    let request = read_message(from_client).await?;
    let fault = fault_of(state, &request);
    match &fault {
        Some(Fault::CutBefore) => return None,
        Some(Fault::StallBefore) => std::future::pending().await,
        Some(Fault::Delay(time)) => tokio::time::sleep(*time).await,
        Some(Fault::AnswerBefore(answer)) => {
            return to_client.write_all(&request.answered(answer)).await.ok();
        }
        _ => {}
    }
    to_server.write_all(&request.bytes).await.ok()?;
    loop {
        let answer = read_message(from_server).await?;
        match &fault {
            Some(Fault::CutAfter) => return None,
            Some(Fault::StallAfter) => std::future::pending().await,
            Some(Fault::AnswerAfter(forged)) => return to_client.write_all(&request.answered(forged)).await.ok(),
            _ => to_client.write_all(&answer.bytes).await.ok()?,
        }
        // A monitor's hello may be answered again and again.
        if !answer.more_to_come() {
            return Some(());
        }
    }
}
