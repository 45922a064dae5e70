//! A registry's HTTP API: from a tag to the digest of its manifest, by exactly one successful manifest request.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::header;
use ureq::typestate::WithoutBody;
use ureq::{Agent, RequestBuilder};

use crate::console::Console;
use crate::deploy::deadline::Deadline;
use crate::deploy::tag::Tag;
use crate::digest::sha256;
use crate::environment;
use crate::interrupt::Interrupt;

/// Docker Hub's registry.
pub const DOCKER_HUB: &str = "https://registry-1.docker.io";

/// What a manifest may be: an index of platforms, or a single image.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// Pauses between attempts while the registry is out of reach.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often an interruption is looked for meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// A tag that could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// There is no such tag, or no such repository.
    #[error("{registry} has no {repository}:{tag}")]
    Unknown {
        /// The registry's URL.
        registry: String,
        /// The image's name.
        repository: String,
        /// The tag.
        tag: String,
    },
    /// The registry wants other credentials than it got.
    #[error("{0} does not let us read the image")]
    Denied(String),
    /// The URL is not https, nor http on loopback.
    #[error("`{0}` is not a registry: https://…, or http:// on loopback for tests")]
    Url(String),
    /// No answer, or only answers that say "later".
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// The last answer or error.
        reason: String,
    },
    /// Ctrl-c or SIGTERM arrived.
    #[error("interrupted")]
    Interrupted,
    /// The answer is not what a registry answers.
    #[error("{url} answered something that is not a manifest: {reason}")]
    Garbled {
        /// What was asked.
        url: String,
        /// What is wrong.
        reason: String,
    },
}

/// A registry.
#[derive(Debug)]
pub struct Registry {
    url: String,
    agent: Agent,
    deadline: Deadline,
    console: Console,
    interrupt: Interrupt,
}

/// An answer, read to its end.
struct Answer {
    status: u16,
    challenge: String,
    named_digest: String,
    body: Vec<u8>,
}

enum Attempt {
    Digest(String),
    WantsToken(String),
    Later(String),
}

impl Registry {
    /// A registry at `url`, which is asked until `deadline`.
    ///
    /// # Errors
    /// [`RegistryError::Url`]
    pub fn new(url: &str, deadline: Deadline, console: &Console, interrupt: &Interrupt) -> Result<Self, RegistryError> {
        check_url(url)?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .user_agent("globeco-deploy")
            .build()
            .new_agent();
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { url, agent, deadline, console: console.clone(), interrupt: interrupt.clone() })
    }

    /// The digest, `sha256:…`, that `repository:tag` has now.
    ///
    /// # Errors
    /// [`RegistryError`]
    pub fn resolve(&self, repository: &str, tag: &Tag) -> Result<String, RegistryError> {
        let url = format!("{}/v2/{repository}/manifests/{tag}", self.url);
        let mut token: Option<String> = None;
        let mut pauses = PAUSES.iter();
        loop {
            match self.attempt(&url, repository, tag, token.as_deref())? {
                Attempt::Digest(digest) => return Ok(digest),
                Attempt::WantsToken(challenge) if token.is_none() => token = Some(self.token(&challenge)?),
                Attempt::WantsToken(_) => return Err(RegistryError::Denied(self.url.clone())),
                Attempt::Later(reason) => match pauses.next() {
                    Some(pause) if !self.deadline.passed() => {
                        self.console.step(&format!("registry: {reason}; again in {pause:?}"));
                        self.pause(*pause)?;
                    }
                    _ => return Err(RegistryError::Unreachable { url, reason }),
                },
            }
        }
    }

    fn attempt(&self, url: &str, repository: &str, tag: &Tag, token: Option<&str>) -> Result<Attempt, RegistryError> {
        self.console.detail(&format!("GET {url}"));
        let mut request = self.agent.get(url).header(header::ACCEPT, ACCEPT);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = match self.ask(request)? {
            Ok(answer) => answer,
            Err(reason) => return Ok(Attempt::Later(reason)),
        };
        match answer.status {
            200 => digest(url, &answer).map(Attempt::Digest),
            401 => Ok(Attempt::WantsToken(answer.challenge)),
            403 => Err(RegistryError::Denied(self.url.clone())),
            404 => Err(RegistryError::Unknown {
                registry: self.url.clone(),
                repository: repository.to_owned(),
                tag: tag.to_string(),
            }),
            status @ (429 | 500..) => Ok(Attempt::Later(format!("status {status}"))),
            status => Err(RegistryError::Garbled { url: url.to_owned(), reason: format!("status {status}") }),
        }
    }

    /// One exchange, in a thread of its own so that an interruption need not wait for a registry that says nothing;
    /// the inner error is why there is no answer.
    fn ask(&self, request: RequestBuilder<WithoutBody>) -> Result<Result<Answer, String>, RegistryError> {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more after an interruption.
            let _ = tell.send(Answer::read(request).map_err(|error| error.to_string()));
        });
        loop {
            if self.interrupt.raised() {
                return Err(RegistryError::Interrupted);
            }
            if self.deadline.passed() {
                return Ok(Err(format!("no answer; {}", self.deadline)));
            }
            match told.recv_timeout(LOOK) {
                Ok(answer) => {
                    if let Ok(answer) = &answer {
                        self.console.detail(&format!("{}", answer.status));
                    }
                    return Ok(answer);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Err("the request broke off".to_owned())),
            }
        }
    }

    fn pause(&self, pause: Duration) -> Result<(), RegistryError> {
        let until = Instant::now() + self.deadline.bound(pause);
        while !self.interrupt.raised() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(LOOK));
        }
        Err(RegistryError::Interrupted)
    }

    /// Answers the challenge `Bearer realm="…",service="…",scope="…"`.
    fn token(&self, challenge: &str) -> Result<String, RegistryError> {
        let garbled = |reason: &str| RegistryError::Garbled { url: self.url.clone(), reason: reason.to_owned() };
        let part = |name: &str| {
            let (_, rest) = challenge.split_once(&format!("{name}=\""))?;
            rest.split_once('"').map(|(value, _)| value.to_owned())
        };
        let realm = part("realm").ok_or_else(|| garbled("a challenge without realm"))?;
        // Credentials go nowhere in the clear.
        check_url(&realm)?;
        self.console.detail(&format!("GET {realm}"));
        let mut request = self.agent.get(&realm);
        for name in ["service", "scope"] {
            if let Some(value) = part(name) {
                request = request.query(name, value);
            }
        }
        if let Some((user, password)) = environment::registry_login() {
            request = request.header(header::AUTHORIZATION, format!("Basic {}", base64(&format!("{user}:{password}"))));
        }
        let unreachable = |reason: String| RegistryError::Unreachable { url: realm.clone(), reason };
        let answer = self.ask(request)?.map_err(unreachable)?;
        match answer.status {
            200 => {}
            401 | 403 => return Err(RegistryError::Denied(realm.clone())),
            status => return Err(unreachable(format!("status {status}"))),
        }
        let answer: Value = serde_json::from_slice(&answer.body).map_err(|error| garbled(&error.to_string()))?;
        ["token", "access_token"]
            .iter()
            .find_map(|name| answer[name].as_str())
            .map(str::to_owned)
            .ok_or_else(|| garbled("an answer without token"))
    }
}

impl Answer {
    fn read(request: RequestBuilder<WithoutBody>) -> Result<Self, ureq::Error> {
        let mut response = request.call()?;
        let text = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (challenge, named_digest) = (text("www-authenticate"), text("docker-content-digest"));
        let body = response.body_mut().read_to_vec()?;
        Ok(Self { status: response.status().as_u16(), challenge, named_digest, body })
    }
}

fn check_url(url: &str) -> Result<(), RegistryError> {
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|prefix| url.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
    if url.starts_with("https://") || loopback { Ok(()) } else { Err(RegistryError::Url(url.to_owned())) }
}

/// The digest that the registry names, which must be the digest of what it sent.
fn digest(url: &str, answer: &Answer) -> Result<String, RegistryError> {
    let named = &answer.named_digest;
    let computed = format!("sha256:{}", sha256(&answer.body));
    if !named.is_empty() && *named != computed {
        let reason = format!("it calls the manifest {named}, but what it sent is {computed}");
        return Err(RegistryError::Garbled { url: url.to_owned(), reason });
    }
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(manifest) if manifest["schemaVersion"] == 2 => Ok(computed),
        _ => Err(RegistryError::Garbled { url: url.to_owned(), reason: "no manifest of schema version 2".to_owned() }),
    }
}

/// RFC 4648, for basic authentication.
fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * index) & 63) as usize];
            out.push(if index <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{base64, check_url};

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text), encoded);
        }
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for (url, fine) in [
            ("https://registry-1.docker.io", true),
            ("http://127.0.0.1:5000", true),
            ("http://localhost", true),
            ("http://127.0.0.1.example.org", false),
            ("http://example.org", false),
            ("registry-1.docker.io", false),
        ] {
            assert_eq!(check_url(url).is_ok(), fine, "{url}");
        }
    }
}
