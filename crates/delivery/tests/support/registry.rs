//! A small registry: manifests by tag, a token challenge, and faults.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use delivery::deploy::release::IMAGE;
use delivery::digest::sha256;
use serde_json::json;

use super::http::{Request, answer};

/// How the registry behaves.
#[derive(Clone, Default)]
pub(crate) struct Behaviour {
    /// Answers with 503 so many times first.
    pub(crate) failures: usize,
    /// Wants a token.
    pub(crate) wants_token: bool,
    /// Names another digest than that of what it sends.
    pub(crate) lies: bool,
}

#[derive(Default)]
struct State {
    tags: BTreeMap<String, String>,
    behaviour: Behaviour,
    served: Vec<String>,
    requests: usize,
}

/// A registry on loopback that knows some tags.
pub(crate) struct Registry {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Registry {
    pub(crate) fn start(tags: &[&str]) -> Self {
        Self::behaving(tags, Behaviour::default())
    }

    pub(crate) fn behaving(tags: &[&str], behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let tags = tags.iter().map(|tag| ((*tag).to_owned(), manifest(tag))).collect();
        let state = Arc::new(Mutex::new(State { tags, behaviour, ..State::default() }));
        let (served, at) = (Arc::clone(&state), url.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(stream, &served, &at);
            }
        });
        Self { url, state }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The digest of a tag.
    pub(crate) fn digest(&self, tag: &str) -> String {
        format!("sha256:{}", sha256(self.state.lock().unwrap().tags[tag].as_bytes()))
    }

    /// Lets a tag mean another image from now on.
    pub(crate) fn move_tag(&self, tag: &str) {
        self.state.lock().unwrap().tags.insert(tag.to_owned(), manifest(&format!("{tag} moved")));
    }

    /// The tags whose manifests were sent, one entry for each time.
    pub(crate) fn served(&self) -> Vec<String> {
        self.state.lock().unwrap().served.clone()
    }

    /// All requests, refused ones too.
    pub(crate) fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }
}

fn manifest(content: &str) -> String {
    json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [],
        "annotations": {"content": content}})
    .to_string()
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, url: &str) {
    let Some(request) = Request::read(&mut BufReader::new(stream.try_clone().unwrap())) else { return };
    let mut state = state.lock().unwrap();
    state.requests += 1;
    if state.behaviour.failures > 0 {
        state.behaviour.failures -= 1;
        return answer(&mut stream, 503, &[], "");
    }
    if request.path() == "/token" {
        return answer(&mut stream, 200, &[], r#"{"token":"t0ken"}"#);
    }
    if state.behaviour.wants_token && request.header("authorization") != Some("Bearer t0ken") {
        let challenge = format!("Bearer realm=\"{url}/token\",service=\"test\",scope=\"repository:{IMAGE}:pull\"");
        return answer(&mut stream, 401, &[("WWW-Authenticate", &challenge)], "");
    }
    let tag = request.path().strip_prefix(&format!("/v2/{IMAGE}/manifests/")).unwrap_or_default().to_owned();
    match state.tags.get(&tag).cloned() {
        Some(manifest) => {
            let told = if state.behaviour.lies { "other".to_owned() } else { manifest.clone() };
            let digest = format!("sha256:{}", sha256(told.as_bytes()));
            state.served.push(tag);
            answer(&mut stream, 200, &[("Docker-Content-Digest", &digest)], &manifest);
        }
        None => answer(&mut stream, 404, &[], r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#),
    }
}
