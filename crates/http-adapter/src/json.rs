//! JSON answers: whole ones, and long ones that are written while they are read, in bounded memory.

use crate::problem::Problem;
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt, stream};
use serde::Serialize;
use std::future::{Future, ready};
use std::pin::Pin;

/// Bytes that are gathered before they are handed on.
const CHUNK: usize = 64 * 1024;

/// What ends a stream early. Before the first byte is out it is answered as a problem; later the connection is cut, so
/// that nobody takes a part for the whole.
pub(crate) type Aborted = Problem;

/// A JSON answer that is at hand.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    with_headers(&mut HttpResponse::build(status), body)
}

/// A JSON answer that is at hand, with headers.
pub(crate) fn with_headers(response: &mut HttpResponseBuilder, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
    Ok(response.insert_header((header::CONTENT_TYPE, "application/json")).body(bytes))
}

/// Writes a long answer.
pub(crate) struct JsonWriter {
    buffer: Vec<u8>,
    separate: bool,
    chunks: mpsc::Sender<Bytes>,
}

impl JsonWriter {
    /// Writes punctuation or ready JSON.
    pub(crate) async fn raw(&mut self, text: &[u8]) -> Result<(), Aborted> {
        self.buffer.extend_from_slice(text);
        if self.buffer.len() >= CHUNK { self.flush().await } else { Ok(()) }
    }

    /// Begins a list.
    pub(crate) async fn begin_list(&mut self) -> Result<(), Aborted> {
        self.separate = false;
        self.raw(b"[").await
    }

    /// Begins one more element of the list; the caller writes it.
    pub(crate) async fn next_element(&mut self) -> Result<(), Aborted> {
        if std::mem::replace(&mut self.separate, true) { self.raw(b",").await } else { Ok(()) }
    }

    /// One more element of the list.
    pub(crate) async fn element(&mut self, value: &impl Serialize) -> Result<(), Aborted> {
        self.next_element().await?;
        serde_json::to_writer(&mut self.buffer, value).map_err(Problem::internal)?;
        self.raw(b"").await
    }

    /// Ends a list; the list around it goes on.
    pub(crate) async fn end_list(&mut self) -> Result<(), Aborted> {
        self.separate = true;
        self.raw(b"]").await
    }

    async fn flush(&mut self) -> Result<(), Aborted> {
        let bytes = Bytes::from(std::mem::take(&mut self.buffer));
        // A receiver that is gone belongs to a caller who is: the whole writer is dropped with it.
        self.chunks.send(bytes).await.map_err(Problem::internal)
    }
}

/// Answers with what `write` writes, as it is written: at most two chunks are in memory. What goes wrong before the
/// first chunk is full is a problem like any other.
pub(crate) async fn streamed<F>(
    response: &mut HttpResponseBuilder,
    write: impl FnOnce(JsonWriter) -> F,
) -> Result<HttpResponse, Problem>
where
    F: Future<Output = Result<JsonWriter, Aborted>> + 'static,
{
    let (sender, chunks) = mpsc::channel(0);
    let writing = write(JsonWriter { buffer: Vec::with_capacity(CHUNK * 2), separate: false, chunks: sender });
    let written = async {
        match writing.await {
            Ok(mut writer) => writer.flush().await.err(),
            Err(aborted) => Some(aborted),
        }
    };
    let failure = stream::once(written).filter_map(|aborted| ready(aborted.map(Err)));
    let mut body = Box::pin(stream::select(chunks.map(Ok::<_, Problem>), failure).peekable());
    if let Some(Err(problem)) = body.as_mut().next_if(Result::is_err).await {
        return Err(problem);
    }
    let body: Pin<Box<_>> = body;
    Ok(response.insert_header((header::CONTENT_TYPE, "application/json")).streaming(body))
}
