//! Asks the service on this machine whether it is ready. For container runtimes; the image has no shell and no curl.

use crate::config::Config;
use anyhow::{Context, bail};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// One plain HTTP request; ready is 200.
pub(crate) fn run() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let address = SocketAddr::new(reachable(config.host), config.port);
    let status = ask(address).with_context(|| format!("http://{address}/health/ready cannot be asked"))?;
    if status == 200 { Ok(()) } else { bail!("http://{address}/health/ready answered {status}") }
}

/// An unspecified address is listened on, not connected to.
fn reachable(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(v4) if v4.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(v6) if v6.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
    }
}

fn ask(address: SocketAddr) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    // "HTTP/1.1 200"
    let status = std::str::from_utf8(&answer[9..])?.parse()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_status_of_the_answer_is_read() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut request = [0; 16];
            stream.read_exact(&mut request).expect("a request");
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").expect("writable");
            request
        });
        assert_eq!(ask(address).expect("answered"), 503);
        assert_eq!(&server.join().expect("served"), b"GET /health/read");
    }
}
