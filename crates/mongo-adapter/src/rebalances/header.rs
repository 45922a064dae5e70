//! The header of a stored rebalance. The fields that records of the previous service have too are named as there.

use super::object_id;
use crate::amount::to_bson;
use crate::fields::{FieldError, Fields, date_time};
use crate::models::check_schema;
use crate::schema;
use domain::rebalance::{FailureCode, FailureDetail, PortfolioFailure, RebalanceHeader};
use domain::{ModelId, RebalanceId, Reserve, SecurityId};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::raw::cstr;
use mongodb::bson::{Bson, Document, RawArrayBuf, RawBson, RawDocumentBuf, doc, rawdoc};

/// The document that makes the portfolios of `attempt` visible, and its failures: in it, or in so many documents.
pub(super) fn to_document(
    header: &RebalanceHeader,
    attempt: ObjectId,
    failures_inside: &[RawDocumentBuf],
    failures_apart: u64,
) -> Result<RawDocumentBuf, mongodb::bson::error::Error> {
    let mut document = RawDocumentBuf::try_from(&doc! {
        "_id": object_id(header.id),
        "schema_version": schema::VERSION,
        "attempt_id": attempt,
        "model_id": ObjectId::from_bytes(header.model_id.bytes()),
        "model_name": &header.model_name,
        "model_version": header.model_version.map(|version| i64::from(version.number())),
        "rebalance_date": date_time(header.date),
        "number_of_portfolios": i64::from(header.number_of_portfolios),
        "number_of_positions": i64::try_from(header.number_of_positions).unwrap_or(i64::MAX),
        "failure_documents": i64::try_from(failures_apart).unwrap_or(i64::MAX),
        "reserve": {
            "amount": to_bson(header.reserve.amount()),
            "fraction": to_bson(header.reserve.fraction()),
        },
        "version": i64::from(header.version.number()),
        "created_at": date_time(header.created_at),
    })?;
    document.append(cstr!("failures"), failures_inside.iter().cloned().collect::<RawArrayBuf>());
    Ok(document)
}

/// The document of one failure.
pub(super) fn failure_document(failure: &PortfolioFailure) -> RawDocumentBuf {
    let text = |text: Option<&str>| text.map_or(RawBson::Null, Into::into);
    let detail = |detail: &FailureDetail| {
        rawdoc! {
            "code": detail.code.as_str(),
            "security_id": text(detail.security_id.as_ref().map(SecurityId::as_str)),
            "message": detail.message.as_str(),
        }
    };
    rawdoc! {
        "portfolio_id": failure.portfolio_id.as_str(),
        "portfolio_name": text(failure.portfolio_name.as_deref()),
        "code": failure.code.code(),
        "message": failure.message.as_str(),
        "details": failure.details.iter().map(detail).collect::<RawArrayBuf>(),
    }
}

/// What the server makes of a stored rebalance before it is read: without portfolios, and with their number, which the
/// previous service's records do not state (theirs is that of the portfolios asked for).
pub(super) fn projection() -> Document {
    let mut fields: Document = [
        "schema_version",
        "model_id",
        "model_name",
        "model_version",
        "rebalance_date",
        "failures",
        "failure_documents",
        "attempt_id",
        "reserve",
        "version",
        "created_at",
    ]
    .into_iter()
    .map(|field| (field.to_owned(), Bson::Int32(1)))
    .collect();
    fields.insert("number_of_portfolios", number_of_portfolios());
    let sizes = doc! { "$map": {
        "input": "$portfolios",
        "as": "portfolio",
        "in": { "$size": { "$ifNull": ["$$portfolio.positions", []] } },
    } };
    fields.insert("number_of_positions", if_nested(doc! { "$sum": sizes }, "$number_of_positions"));
    fields
}

/// The number of portfolios stored with a rebalance, computed by the server.
pub(super) fn number_of_portfolios() -> Document {
    if_nested(doc! { "$size": "$portfolios" }, "$number_of_portfolios")
}

fn if_nested(then: Document, otherwise: &str) -> Document {
    doc! { "$cond": [{ "$isArray": "$portfolios" }, then, otherwise] }
}

/// The header that a projected document describes.
pub(super) fn header_of(fields: Fields<'_>) -> Result<RebalanceHeader, FieldError> {
    check_schema(fields)?;
    let count = u32::try_from(fields.whole("number_of_portfolios")?);
    Ok(RebalanceHeader {
        id: RebalanceId::from_bytes(fields.object_id("_id")?.bytes()),
        model_id: ModelId::from_bytes(fields.object_id("model_id")?.bytes()),
        model_name: fields.text("model_name")?.to_owned(),
        model_version: fields.maybe("model_version", Fields::version)?,
        date: fields.instant("rebalance_date")?,
        number_of_portfolios: count.map_err(|error| FieldError::invalid("number_of_portfolios", error))?,
        number_of_positions: fields.whole("number_of_positions")?,
        failures: fields.maybe("failures", |all, field| all.documents(field, failure_of))?.unwrap_or_default(),
        reserve: fields.maybe("reserve", Fields::document)?.map_or(Ok(Reserve::NONE), reserve_of)?,
        version: fields.version("version")?,
        created_at: fields.instant("created_at")?,
    })
}

fn reserve_of(fields: Fields<'_>) -> Result<Reserve, FieldError> {
    let reserve = Reserve::new(fields.decimal("amount")?, fields.decimal("fraction")?);
    reserve.map_err(|rule| FieldError::invalid("reserve", rule))
}

pub(super) fn failure_of(fields: Fields<'_>) -> Result<PortfolioFailure, FieldError> {
    Ok(PortfolioFailure {
        portfolio_id: fields.parsed("portfolio_id")?,
        portfolio_name: fields.maybe("portfolio_name", Fields::text)?.map(str::to_owned),
        code: fields.coded("code", FailureCode::from_code)?,
        message: fields.text("message")?.to_owned(),
        details: fields.documents("details", detail_of)?,
    })
}

fn detail_of(fields: Fields<'_>) -> Result<FailureDetail, FieldError> {
    Ok(FailureDetail {
        code: fields.text("code")?.to_owned(),
        security_id: fields.maybe("security_id", Fields::parsed)?,
        message: fields.text("message")?.to_owned(),
    })
}
