//! As much HTTP/1.1 as the servers of these tests need.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

/// A request that has been read completely.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Reads the next request; `None` when the peer has closed the connection.
    pub(crate) fn read(stream: &mut BufReader<TcpStream>) -> Option<Self> {
        let line = read_line(stream)?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let line = read_line(stream)?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self { method, target, headers, body: Vec::new() };
        request.body = if request.header("transfer-encoding").is_some() {
            read_chunks(stream)?
        } else {
            let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            stream.read_exact(&mut body).ok()?;
            body
        };
        Some(request)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether it would change something: server-side dry runs do not.
    pub(crate) fn is_mutating(&self) -> bool {
        self.method != "GET" && self.method != "HEAD" && !self.target.contains("dryRun=All")
    }
}

fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    (stream.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
}

fn read_chunks(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = usize::from_str_radix(&read_line(stream)?, 16).ok()?;
        let mut chunk = vec![0; size];
        stream.read_exact(&mut chunk).ok()?;
        read_line(stream)?;
        if size == 0 {
            return Some(body);
        }
        body.extend(chunk);
    }
}

/// Answers and closes. A peer that has gone away meanwhile is its own business.
pub(crate) fn answer(stream: &mut TcpStream, status: u16, headers: &[(&str, &str)], body: &str) {
    let mut head = format!("HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
}

/// The JSON at a path of a server.
pub(crate) fn get_json(server: SocketAddr, path: &str) -> io::Result<Value> {
    ask(server, "GET", path, "")
}

/// Asks a server and reads its JSON. HTTP/1.0, so that the answer is not chunked.
pub(crate) fn ask(server: SocketAddr, method: &str, path: &str, body: &str) -> io::Result<Value> {
    let mut stream = TcpStream::connect(server)?;
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}",
        body.len()
    );
    stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes())?;
    let text = io::read_to_string(stream)?;
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).map_err(io::Error::other)
}
