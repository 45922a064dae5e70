//! The rows of one model in all its tables, kept in step.

use super::portfolio_key;
use crate::failure::Failure;
use crate::records::model::{decode, encode};
use crate::tables::{Id, MODEL_NAMES, MODEL_ORDER, MODEL_PORTFOLIOS, MODELS, bytes_at};
use domain::{Model, ModelId, Version};
use ports::{ModelStoreError, StoreError};
use redb::{ReadableTable, WriteTransaction};

type Outcome<T> = Result<T, Failure<ModelStoreError>>;

/// The model under this id.
pub(super) fn stored<E: From<StoreError>>(
    models: &impl ReadableTable<&'static Id, &'static [u8]>,
    id: ModelId,
) -> Result<Option<Model>, Failure<E>> {
    let bytes = bytes_at(models, &id.bytes())?;
    bytes.map(|bytes| decode(id, &bytes).map_err(|cause| Failure::corrupt("model", &id, cause))).transpose()
}

/// The model under an id that an index names.
pub(super) fn listed<E: From<StoreError>>(
    models: &impl ReadableTable<&'static Id, &'static [u8]>,
    id: ModelId,
) -> Result<Model, Failure<E>> {
    stored(models, id)?.ok_or_else(|| Failure::corrupt("model", &id, "an index lists it, and it is not there"))
}

/// The model under this id, in this version if one is given.
pub(super) fn require(txn: &WriteTransaction, id: ModelId, expected: Option<Version>) -> Outcome<Model> {
    let model = stored(&txn.open_table(MODELS)?, id)?.ok_or(Failure::Refused(ModelStoreError::NotFound(id)))?;
    match expected {
        Some(expected) if model.version != expected => {
            let stored = model.version;
            Err(Failure::Refused(ModelStoreError::VersionConflict { id, expected, stored }))
        }
        _ => Ok(model),
    }
}

/// Takes the model's name, which must be free.
pub(super) fn take_name(txn: &WriteTransaction, model: &Model) -> Outcome<()> {
    let mut names = txn.open_table(MODEL_NAMES)?;
    let name = &model.definition.name;
    if names.get(name.as_str())?.is_some() {
        return Err(Failure::Refused(ModelStoreError::NameTaken(name.clone())));
    }
    names.insert(name.as_str(), &model.id.bytes())?;
    Ok(())
}

/// Writes a model, whose name is taken, over the rows of the old one.
pub(super) fn put(txn: &WriteTransaction, old: Option<&Model>, new: &Model) -> Outcome<()> {
    let id = new.id.bytes();
    if let Some(old) = old.filter(|old| old.definition.name != new.definition.name) {
        txn.open_table(MODEL_NAMES)?.remove(old.definition.name.as_str())?;
    }
    let bytes = encode(new).map_err(|cause| Failure::corrupt("model", &new.id, cause))?;
    txn.open_table(MODELS)?.insert(&id, bytes.as_slice())?;
    let last_rebalance = new.last_rebalance_date.map(|date| date.timestamp_millis());
    let keys = (last_rebalance, new.created_at.timestamp_millis(), new.definition.name.as_str());
    txn.open_table(MODEL_ORDER)?.insert(&id, keys)?;
    if old.is_none_or(|old| old.definition.portfolios != new.definition.portfolios) {
        old.map_or(Ok(()), |old| unlink(txn, old))?;
        let mut portfolios = txn.open_table(MODEL_PORTFOLIOS)?;
        for portfolio in new.definition.portfolios.as_slice() {
            portfolios.insert((&portfolio_key(portfolio), &id), ())?;
        }
    }
    Ok(())
}

/// Removes all rows of a model.
pub(super) fn remove(txn: &WriteTransaction, old: &Model) -> Outcome<()> {
    unlink(txn, old)?;
    txn.open_table(MODEL_NAMES)?.remove(old.definition.name.as_str())?;
    txn.open_table(MODEL_ORDER)?.remove(&old.id.bytes())?;
    txn.open_table(MODELS)?.remove(&old.id.bytes())?;
    Ok(())
}

fn unlink(txn: &WriteTransaction, old: &Model) -> Outcome<()> {
    let mut portfolios = txn.open_table(MODEL_PORTFOLIOS)?;
    for portfolio in old.definition.portfolios.as_slice() {
        portfolios.remove((&portfolio_key(portfolio), &old.id.bytes()))?;
    }
    Ok(())
}
