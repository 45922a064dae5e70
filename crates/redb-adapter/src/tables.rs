//! Every table of the file. A name carries the version of its layout: a new layout is a new table and a step in
//! `schema` that fills it, so that a file is never misread.
//!
//! Ids are their bytes: 12 of models and rebalances, 24 of portfolios. Instants are milliseconds since 1970 UTC.

use redb::{ReadableTable, TableDefinition, WriteTransaction};

/// The bytes of a model's or a rebalance's id.
pub(crate) type Id = [u8; 12];
/// The bytes of a portfolio's id.
pub(crate) type PortfolioKey = [u8; 24];
/// Before all ids.
pub(crate) const FIRST_ID: &Id = &[0; 12];
/// After all ids.
pub(crate) const LAST_ID: &Id = &[0xff; 12];

/// Facts about the file itself: `schema_version`.
pub(crate) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta_v1");

/// Model id → `records::model`.
pub(crate) const MODELS: TableDefinition<'_, &Id, &[u8]> = TableDefinition::new("models_v1");
/// Name → model id: names are unique.
pub(crate) const MODEL_NAMES: TableDefinition<'_, &str, &Id> = TableDefinition::new("model_names_v1");
/// Portfolio, model: the portfolio follows the model.
pub(crate) const MODEL_PORTFOLIOS: TableDefinition<'_, (&PortfolioKey, &Id), ()> =
    TableDefinition::new("model_portfolios_v1");
/// Model id → last rebalance, creation, name: what lists are sorted by.
pub(crate) const MODEL_ORDER: TableDefinition<'_, &Id, (Option<i64>, i64, &str)> =
    TableDefinition::new("model_order_v1");

/// Rebalance id → `records::header`. What is not in here does not exist, whatever other tables hold.
pub(crate) const REBALANCES: TableDefinition<'_, &Id, &[u8]> = TableDefinition::new("rebalances_v1");
/// Rebalance id → date, number of portfolios, model name: what lists are sorted by.
pub(crate) const REBALANCE_ORDER: TableDefinition<'_, &Id, (i64, u32, &str)> =
    TableDefinition::new("rebalance_order_v1");
/// Rebalance id, place from 0 → portfolio id, `records::portfolio`.
pub(crate) const PORTFOLIOS: TableDefinition<'_, (&Id, u32), (&PortfolioKey, &[u8])> =
    TableDefinition::new("rebalance_portfolios_v1");
/// Portfolio, rebalance → place of the portfolio in the rebalance.
pub(crate) const PORTFOLIO_REBALANCES: TableDefinition<'_, (&PortfolioKey, &Id), u32> =
    TableDefinition::new("portfolio_rebalances_v1");
/// Rebalances with rows in the two tables above but no header: being written, or being removed.
pub(crate) const LEFTOVERS: TableDefinition<'_, &Id, ()> = TableDefinition::new("rebalance_leftovers_v1");

/// Fingerprint, resource id, busy until, expires at, status when done.
pub(crate) type KeyRow<'a> = (&'a [u8; 32], &'a Id, i64, i64, Option<u16>);
/// Idempotency key → what is known of its request.
pub(crate) const KEYS: TableDefinition<'_, &str, KeyRow<'_>> = TableDefinition::new("idempotency_keys_v1");

/// Creates those tables that are not there.
pub(crate) fn create_all(txn: &WriteTransaction) -> Result<(), redb::Error> {
    txn.open_table(MODELS)?;
    txn.open_table(MODEL_NAMES)?;
    txn.open_table(MODEL_PORTFOLIOS)?;
    txn.open_table(MODEL_ORDER)?;
    txn.open_table(REBALANCES)?;
    txn.open_table(REBALANCE_ORDER)?;
    txn.open_table(PORTFOLIOS)?;
    txn.open_table(PORTFOLIO_REBALANCES)?;
    txn.open_table(LEFTOVERS)?;
    txn.open_table(KEYS)?;
    Ok(())
}

/// A copy of the value under an id, whichever kind of transaction the table is open in.
pub(crate) fn bytes_at(
    table: &impl ReadableTable<&'static Id, &'static [u8]>,
    id: &Id,
) -> Result<Option<Vec<u8>>, redb::StorageError> {
    Ok(table.get(id)?.map(|value| value.value().to_vec()))
}
