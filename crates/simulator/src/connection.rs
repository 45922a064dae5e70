//! The socket under a request, so that a fault can cut it.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream as AsyncStream;

/// A second handle to the socket of a connection.
struct Socket(TcpStream);

/// Remembers the socket of a new connection.
pub(crate) fn remember(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<AsyncStream>() else { return };
    match stream.as_fd().try_clone_to_owned() {
        Ok(descriptor) => {
            data.insert(Socket(descriptor.into()));
        }
        Err(error) => tracing::warn!(%error, "a connection cannot be cut by faults: no second handle to its socket"),
    }
}

/// Closes the connection that the request came on, at once and both ways.
pub(crate) fn cut(request: &HttpRequest) {
    if let Some(Socket(stream)) = request.conn_data::<Socket>()
        && let Err(error) = stream.shutdown(Shutdown::Both)
    {
        tracing::debug!(%error, "the client closed the connection first");
    }
}
