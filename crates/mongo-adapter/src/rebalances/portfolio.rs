//! One portfolio of a stored rebalance: a document of its own, or nested in a record of the previous service. What
//! says where it belongs aside, both have the same fields.

use super::position;
use crate::amount::to_raw;
use crate::fields::{FieldError, Fields};
use crate::schema;
use domain::RebalanceId;
use domain::rebalance::{Optimality, PortfolioRebalance, Proof, Ties};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::raw::cstr;
use mongodb::bson::{Document, RawArrayBuf, RawBson, RawDocumentBuf, doc, rawdoc};
use std::ops::Range;

/// The `_id` of the portfolio at `seq`, counted from 0, that `attempt` writes. It can be computed, so that portfolios
/// are found, written again and removed by it alone.
pub(super) fn document_id(attempt: ObjectId, seq: u64) -> Document {
    doc! { "attempt_id": attempt, "seq": i64::try_from(seq).unwrap_or(i64::MAX) }
}

/// The filter that finds exactly these portfolios of `attempt`.
pub(super) fn these(attempt: ObjectId, seqs: Range<u64>) -> Document {
    doc! { "_id": { "$in": seqs.map(|seq| document_id(attempt, seq)).collect::<Vec<_>>() } }
}

/// Where the portfolio of a document stands in its rebalance.
pub(super) fn seq_of(fields: Fields<'_>) -> Result<u64, FieldError> {
    fields.document("_id")?.whole("seq").map_err(|error| error.inside("_id"))
}

/// The document of the portfolio at `seq`, counted from 0, that `attempt` writes.
pub(super) fn to_document(
    rebalance_id: RebalanceId,
    attempt: ObjectId,
    seq: u64,
    portfolio: &PortfolioRebalance,
) -> RawDocumentBuf {
    let name = portfolio.portfolio_name.as_deref();
    let mut document = rawdoc! {
        "_id": { "attempt_id": attempt, "seq": i64::try_from(seq).unwrap_or(i64::MAX) },
        "schema_version": schema::VERSION,
        "rebalance_id": super::object_id(rebalance_id),
        "attempt_id": attempt,
        "portfolio_id": portfolio.portfolio_id.as_str(),
        "portfolio_name": name.map_or(RawBson::Null, Into::into),
        "market_value": to_raw(portfolio.market_value),
        "cash_before_rebalance": to_raw(portfolio.cash_before),
        "cash_after_rebalance": to_raw(portfolio.cash_after),
    };
    if let Some(optimality) = &portfolio.optimality {
        document.append(cstr!("optimality"), optimality_document(optimality));
    }
    let positions: RawArrayBuf = portfolio.positions.iter().map(position::to_document).collect();
    document.append(cstr!("positions"), positions);
    document
}

fn optimality_document(optimality: &Optimality) -> RawDocumentBuf {
    let mut document = rawdoc! {
        "proof": optimality.proof.map_or(RawBson::Null, |proof| proof.code().into()),
        "objective": to_raw(optimality.objective),
        "lower_bound": to_raw(optimality.lower_bound),
        "ties": optimality.ties.code(),
    };
    if optimality.cut_short {
        document.append(cstr!("cut_short"), true);
    }
    document
}

/// The portfolio that a document, or a nested one, describes.
pub(super) fn portfolio_of(fields: Fields<'_>) -> Result<PortfolioRebalance, FieldError> {
    let mut positions = fields.documents("positions", |position| position.at_once(position::position_of))?;
    // The previous service kept them in another order.
    positions.sort_by_key(|position| position.security_id);
    Ok(PortfolioRebalance {
        portfolio_id: fields.parsed("portfolio_id")?,
        portfolio_name: fields.maybe("portfolio_name", Fields::text)?.map(str::to_owned),
        market_value: fields.decimal("market_value")?,
        cash_before: fields.decimal("cash_before_rebalance")?,
        cash_after: fields.decimal("cash_after_rebalance")?,
        optimality: fields.maybe("optimality", Fields::document)?.map(optimality_of).transpose()?,
        positions,
    })
}

fn optimality_of(fields: Fields<'_>) -> Result<Optimality, FieldError> {
    let read = || {
        Ok(Optimality {
            proof: fields.maybe("proof", |fields, field| fields.coded(field, Proof::from_code))?,
            objective: fields.decimal("objective")?,
            lower_bound: fields.decimal("lower_bound")?,
            ties: fields.coded("ties", Ties::from_code)?,
            cut_short: fields.maybe("cut_short", Fields::flag)?.unwrap_or(false),
        })
    };
    read().map_err(|error: FieldError| error.inside("optimality"))
}
