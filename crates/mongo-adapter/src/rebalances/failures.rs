//! The portfolios that could not be rebalanced: in the header, or, when they are too many for one document, in documents
//! of their own behind those of the portfolios. They are written and removed with them.

use super::header::{failure_document, failure_of};
use super::object_id;
use super::portfolio::{document_id, seq_of, these};
use crate::connection::Connection;
use crate::fields::{FieldError, Fields};
use crate::schema;
use domain::rebalance::{PortfolioFailure, RebalanceHeader};
use futures::TryStreamExt;
use mongodb::bson::raw::cstr;
use mongodb::bson::{RawArrayBuf, RawDocumentBuf, doc, oid::ObjectId};
use ports::StoreError;

/// Failures of more bytes than this leave the header, and no document of theirs has more: far below the 16 MiB that a
/// document may have.
const MOST_BYTES: usize = 4 << 20;

/// Failures as they are stored.
pub(super) struct Failures {
    /// In documents of at most [`MOST_BYTES`].
    batches: Vec<Vec<RawDocumentBuf>>,
}

impl Failures {
    pub(super) fn of(header: &RebalanceHeader) -> Self {
        let (mut batches, mut bytes) = (vec![Vec::new()], 0);
        for failure in &header.failures {
            let document = failure_document(failure);
            let length = document.as_bytes().len();
            match batches.last_mut() {
                Some(batch) if bytes + length <= MOST_BYTES => {
                    batch.push(document);
                    bytes += length;
                }
                _ => {
                    batches.push(vec![document]);
                    bytes = length;
                }
            }
        }
        Self { batches }
    }

    /// How many documents of their own they take; 0 when they fit the header.
    pub(super) fn apart(&self) -> u64 {
        if self.batches.len() > 1 { self.batches.len() as u64 } else { 0 }
    }

    /// Those that the header holds.
    pub(super) fn inside(&self) -> &[RawDocumentBuf] {
        match self.batches.as_slice() {
            [all] => all,
            _ => &[],
        }
    }

    /// The documents of their own, behind `count` portfolios of `attempt`.
    pub(super) fn documents(
        self,
        header: &RebalanceHeader,
        attempt: ObjectId,
        count: u64,
    ) -> Result<Vec<RawDocumentBuf>, StoreError> {
        if self.apart() == 0 {
            return Ok(Vec::new());
        }
        let document = |(seq, failures): (u64, Vec<RawDocumentBuf>)| {
            RawDocumentBuf::try_from(&doc! {
                "_id": document_id(attempt, seq),
                "schema_version": schema::VERSION,
                "rebalance_id": object_id(header.id),
            })
            .map(|mut document| {
                document.append(cstr!("failures"), failures.into_iter().collect::<RawArrayBuf>());
                document
            })
        };
        let documents: Result<_, _> = (count..).zip(self.batches).map(document).collect();
        documents.map_err(|error| StoreError::Unavailable(Box::new(error)))
    }
}

/// Reads the failures of `header` that stand in so many documents behind its portfolios.
pub(super) async fn read(
    connection: &Connection,
    header: &RebalanceHeader,
    attempt: ObjectId,
    apart: u64,
) -> Result<Vec<PortfolioFailure>, StoreError> {
    let from = u64::from(header.number_of_portfolios);
    // Two fit every server's largest answer.
    let finding = connection.collections.portfolios.find(these(attempt, from..from + apart)).batch_size(2);
    let finding = async { finding.await?.try_collect::<Vec<_>>().await };
    let documents = connection.read("read the failures of a rebalance", finding).await?;
    let corrupt = |error: FieldError| error.corrupt("rebalance", header.id);
    let mut rows = Vec::with_capacity(documents.len());
    for document in &documents {
        let fields = Fields::new(document);
        rows.push((seq_of(fields).map_err(corrupt)?, fields.documents("failures", failure_of).map_err(corrupt)?));
    }
    if rows.len() as u64 != apart {
        return Err(corrupt(FieldError::invalid("failures", format!("{} of {apart} documents are there", rows.len()))));
    }
    rows.sort_by_key(|(seq, _)| *seq);
    Ok(rows.into_iter().flat_map(|(_, failures)| failures).collect())
}
