//! Writing a rebalance: its portfolios in batches, then the header, which is the commit point.

use super::delete::remove_portfolios;
use super::failures::Failures;
use super::portfolio::to_document;
use super::sweep::{Note, begin, end};
use super::{Place, header, stored};
use crate::connection::Connection;
use crate::fault::{DriverError, Fault};
use domain::RebalanceId;
use domain::rebalance::Rebalance;
use mongodb::bson::{RawDocumentBuf, oid::ObjectId};
use ports::StoreError;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A batch ends when it has so many bytes or documents: a second's work for a slow server, and what is held in memory.
const BATCH_BYTES: usize = 4 << 20;
const BATCH_DOCUMENTS: usize = 500;

pub(super) async fn append(
    connection: Arc<Connection>,
    rebalance: Rebalance,
    limit: Duration,
) -> Result<(), StoreError> {
    let (id, count) = (rebalance.header.id, rebalance.portfolios.len());
    if u32::try_from(count) != Ok(rebalance.header.number_of_portfolios) {
        let cause = format!("its header counts {} portfolios, not {count}", rebalance.header.number_of_portfolios);
        return Err(StoreError::Corrupt { kind: "rebalance", id: id.to_string(), cause: cause.into() });
    }
    if stored(&connection, id).await?.is_some() {
        return Ok(()); // An earlier call came to its end, whatever its caller was told.
    }
    let deadline = Deadline { started: Instant::now(), limit };
    let attempt = ObjectId::new();
    let failures = Failures::of(&rebalance.header);
    let document = header::to_document(&rebalance.header, attempt, failures.inside(), failures.apart());
    let document = document.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    let note = Note { attempt, rebalance_id: id, portfolios: count as u64 + failures.apart() };
    let failures = failures.documents(&rebalance.header, attempt, count as u64)?;
    begin(&connection, &note, "append").await?;
    let written = match write_portfolios(&connection, &rebalance, failures, attempt, deadline).await {
        Ok(()) => commit(&connection, id, &document, attempt, deadline).await,
        Err(error) => Err(error),
    };
    let useless = match &written {
        Ok(ours) => !ours,
        Err(error) => {
            tracing::warn!(rebalance = %id, %error, "a rebalance was not stored, or it is not known whether it was");
            // Nothing was committed, and the room is needed. After any other error, the sweep sees to it.
            matches!(error, StoreError::Full(_))
        }
    };
    if useless && !remove_portfolios(&connection, &note).await {
        return written.map(drop);
    }
    if useless || written.is_ok() {
        end(&connection, attempt).await;
    }
    written.map(drop)
}

/// Writes all portfolios, and the documents of failures behind them, invisible as yet.
async fn write_portfolios(
    connection: &Connection,
    rebalance: &Rebalance,
    failures: Vec<RawDocumentBuf>,
    attempt: ObjectId,
    deadline: Deadline,
) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    let portfolios = (0_u64..).zip(&rebalance.portfolios);
    let portfolios = portfolios.map(|(seq, portfolio)| to_document(rebalance.header.id, attempt, seq, portfolio));
    for document in portfolios.chain(failures) {
        batch.push(document);
        if batch.is_full() {
            batch.write(connection, deadline).await?;
        }
    }
    batch.write(connection, deadline).await
}

/// Writes the header; whether the stored one is this attempt's.
async fn commit(
    connection: &Connection,
    id: RebalanceId,
    document: &RawDocumentBuf,
    attempt: ObjectId,
    deadline: Deadline,
) -> Result<bool, StoreError> {
    let mut unknown = None;
    for _ in 0..2 {
        deadline.check()?;
        let inserting = connection.collections.rebalances.insert_one(document).into_future();
        match connection.command("write a rebalance's header", inserting).await {
            Ok(_) => return Ok(true),
            Err(Fault::Refused(error)) => return Err(unknown.unwrap_or(error)),
            Err(Fault::Duplicate(error)) => {
                unknown.get_or_insert_with(|| StoreError::Unavailable(Box::new(error)));
            }
            Err(Fault::Unknown(error)) => unknown = Some(error),
        }
        if let Some(stored) = stored(connection, id).await? {
            let ours = matches!(stored.place, Place::Apart { attempt: named, .. } if named == attempt);
            tracing::info!(rebalance = %id, ours, "the header of a rebalance was read back: it is stored");
            return Ok(ours);
        }
    }
    Err(unknown.unwrap_or_else(|| StoreError::Unavailable("the header cannot be seen".into())))
}

/// Portfolios that are written together.
#[derive(Default)]
struct Batch {
    documents: Vec<RawDocumentBuf>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, document: RawDocumentBuf) {
        self.bytes += document.as_bytes().len();
        self.documents.push(document);
    }

    const fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES || self.documents.len() >= BATCH_DOCUMENTS
    }

    /// Writes and forgets the documents. Their ids are chosen already, so that those which an interrupted command did
    /// write are recognised as duplicates by the next.
    async fn write(&mut self, connection: &Connection, deadline: Deadline) -> Result<(), StoreError> {
        let batch = std::mem::take(self);
        if batch.documents.is_empty() {
            return Ok(());
        }
        let mut unknown = None;
        for _ in 0..2 {
            deadline.check()?;
            let inserting = connection.collections.portfolios.insert_many(&batch.documents).ordered(false);
            match connection.command("write portfolios", inserting.into_future()).await {
                Ok(_) | Err(Fault::Duplicate(_)) => return Ok(()),
                Err(Fault::Refused(error)) => return Err(unknown.unwrap_or(error)),
                Err(Fault::Unknown(error)) => unknown = Some(error),
            }
        }
        unknown.map_or(Ok(()), Err)
    }
}

/// When an append is given up: long before the sweep would take it for dead.
#[derive(Clone, Copy)]
struct Deadline {
    started: Instant,
    limit: Duration,
}

impl Deadline {
    fn check(self) -> Result<(), StoreError> {
        if self.started.elapsed() < self.limit {
            return Ok(());
        }
        let said = format!("not done within {} s, given up", self.limit.as_secs());
        Err(StoreError::Timeout(Box::new(DriverError { doing: "write a rebalance", said })))
    }
}
