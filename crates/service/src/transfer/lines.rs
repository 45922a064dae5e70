//! The lines of an export.

use super::model_line::ModelLine;
use super::rebalance_line::{PortfolioLine, RebalanceLine};
use domain::{Decimal, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::io::Write;
use std::str::FromStr;

/// The format that is written, and the only one that is read.
pub(super) const FORMAT: u32 = 1;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line.
    Format { version: u32 },
    /// One model.
    Model(ModelLine),
    /// The header of a rebalance; its portfolios follow.
    Rebalance(RebalanceLine),
    /// One portfolio of the rebalance before it.
    Portfolio(PortfolioLine),
    /// The rebalance before it was deleted while it was exported, and is no part of the export.
    Withdrawn,
    /// The last line.
    End { models: u64, rebalances: u64 },
}

pub(super) fn write(out: &mut impl Write, line: &Line) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    Ok(out.write_all(b"\n")?)
}

pub(super) fn read(line: &str) -> anyhow::Result<Line> {
    Ok(serde_json::from_str(line)?)
}

/// What is written as text and read back to the same value.
pub(super) fn parse<T: FromStr<Err: Display>>(what: &str, text: &str) -> anyhow::Result<T> {
    text.parse().map_err(|error| anyhow::anyhow!("{what} {text:?}: {error}"))
}

pub(super) fn decimal(what: &str, text: &str) -> anyhow::Result<Decimal> {
    Decimal::from_record(text).map_err(|error| anyhow::anyhow!("{what} {text:?}: {error}"))
}

pub(super) fn timestamp(what: &str, millis: i64) -> anyhow::Result<Timestamp> {
    Timestamp::from_timestamp_millis(millis).ok_or_else(|| anyhow::anyhow!("{what} {millis} is not a time"))
}
