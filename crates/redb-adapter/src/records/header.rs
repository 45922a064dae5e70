//! The header of a rebalance, under its id.

use super::text::{Amount, Text};
use super::{RecordError, VERSION, instant, read, value_error, write};
use domain::rebalance::{FailureCode, FailureDetail, PortfolioFailure, RebalanceHeader};
use domain::{ModelId, PortfolioId, RebalanceId, Reserve, SecurityId, Version};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct HeaderRecord {
    v: u32,
    model: Text<ModelId>,
    model_name: String,
    model_version: Option<u32>,
    date_ms: i64,
    portfolios: u32,
    positions: u64,
    failures: Vec<FailureRecord>,
    reserve_amount: Amount,
    reserve_fraction: Amount,
    version: u32,
    created_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct FailureRecord {
    portfolio: Text<PortfolioId>,
    name: Option<String>,
    code: String,
    message: String,
    details: Vec<DetailRecord>,
}

#[derive(Serialize, Deserialize)]
struct DetailRecord {
    code: String,
    security: Option<Text<SecurityId>>,
    message: String,
}

/// The bytes of a header.
pub(crate) fn encode(header: &RebalanceHeader) -> Result<Vec<u8>, RecordError> {
    write(&HeaderRecord {
        v: VERSION,
        model: Text(header.model_id),
        model_name: header.model_name.clone(),
        model_version: header.model_version.map(Version::number),
        date_ms: header.date.timestamp_millis(),
        portfolios: header.number_of_portfolios,
        positions: header.number_of_positions,
        failures: header.failures.iter().map(failure_record).collect(),
        reserve_amount: Amount(header.reserve.amount()),
        reserve_fraction: Amount(header.reserve.fraction()),
        version: header.version.number(),
        created_ms: header.created_at.timestamp_millis(),
    })
}

fn failure_record(failure: &PortfolioFailure) -> FailureRecord {
    let details = failure.details.iter().map(|detail| DetailRecord {
        code: detail.code.clone(),
        security: detail.security_id.map(Text),
        message: detail.message.clone(),
    });
    FailureRecord {
        portfolio: Text(failure.portfolio_id),
        name: failure.portfolio_name.clone(),
        code: failure.code.code().to_owned(),
        message: failure.message.clone(),
        details: details.collect(),
    }
}

/// The header of these bytes.
pub(crate) fn decode(id: RebalanceId, bytes: &[u8]) -> Result<RebalanceHeader, RecordError> {
    let record: HeaderRecord = read(bytes, |record: &HeaderRecord| record.v)?;
    let version = |number| Version::new(number).ok_or_else(|| value_error("version")("it is 0"));
    Ok(RebalanceHeader {
        id,
        model_id: record.model.0,
        model_name: record.model_name,
        model_version: record.model_version.map(version).transpose()?,
        date: instant("date_ms", record.date_ms)?,
        number_of_portfolios: record.portfolios,
        number_of_positions: record.positions,
        failures: record.failures.into_iter().map(failure).collect::<Result<_, _>>()?,
        reserve: Reserve::new(record.reserve_amount.0, record.reserve_fraction.0).map_err(value_error("reserve"))?,
        version: version(record.version)?,
        created_at: instant("created_ms", record.created_ms)?,
    })
}

fn failure(record: FailureRecord) -> Result<PortfolioFailure, RecordError> {
    let details = record.details.into_iter().map(|detail| FailureDetail {
        code: detail.code,
        security_id: detail.security.map(|Text(id)| id),
        message: detail.message,
    });
    Ok(PortfolioFailure {
        portfolio_id: record.portfolio.0,
        portfolio_name: record.name,
        code: FailureCode::from_code(&record.code).ok_or_else(|| value_error("code")(record.code))?,
        message: record.message,
        details: details.collect(),
    })
}
