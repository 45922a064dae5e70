//! The version of the whole file, and the steps that bring an older one up to it.
//!
//! Each step is one transaction that also writes the new version, and does nothing wrong when it runs twice. A file
//! of a newer version is refused: what it holds would be misread.

use crate::tables::{META, create_all};
use redb::{Database, ReadableDatabase, ReadableTableMetadata, TableError, TableHandle, WriteTransaction};

const VERSION: &str = "schema_version";

/// Brings a file of one version to the next.
type Step = fn(&WriteTransaction) -> Result<(), redb::Error>;

/// Step `n` leads from version `n` to version `n + 1`; version 0 is an empty file.
const STEPS: [Step; 1] = [create_all];

/// The version that this code reads and writes.
pub(crate) const CURRENT: u64 = STEPS.len() as u64;

/// What a file turns out to be.
#[derive(Debug)]
pub(crate) enum SchemaError {
    /// Written by a later version of this service.
    Newer(u64),
    /// A redb file, but not one of this service.
    Foreign,
    /// The file cannot be read or written.
    Redb(redb::Error),
}

impl<E: Into<redb::Error>> From<E> for SchemaError {
    fn from(error: E) -> Self {
        Self::Redb(error.into())
    }
}

/// Brings the file to the current version.
pub(crate) fn migrate(database: &Database) -> Result<(), SchemaError> {
    migrate_by(database, &STEPS)
}

fn migrate_by(database: &Database, steps: &[Step]) -> Result<(), SchemaError> {
    let found = version(database)?;
    if found > steps.len() as u64 {
        return Err(SchemaError::Newer(found));
    }
    for (next, step) in (1_u64..).zip(steps).filter(|(next, _)| *next > found) {
        let txn = database.begin_write()?;
        step(&txn)?;
        txn.open_table(META)?.insert(VERSION, next)?;
        txn.commit()?;
        tracing::info!(schema_version = next, "the store file was brought to a new version");
    }
    Ok(())
}

/// The version of the file; 0 when there is nothing in it.
pub(crate) fn version(database: &Database) -> Result<u64, SchemaError> {
    let txn = database.begin_read()?;
    let stored = match txn.open_table(META) {
        Ok(meta) if !meta.is_empty()? => meta.get(VERSION)?.map(|version| version.value()),
        Ok(_) | Err(TableError::TableDoesNotExist(_)) => None,
        Err(other) => return Err(other.into()),
    };
    match stored {
        Some(version) => Ok(version),
        None if txn.list_tables()?.all(|table| table.name() == META.name()) => Ok(0),
        None => Err(SchemaError::Foreign),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::ReadableTable;
    use redb::backends::InMemoryBackend;

    fn empty() -> Database {
        Database::builder().create_with_backend(InMemoryBackend::new()).expect("a database")
    }

    #[test]
    fn an_empty_file_comes_to_the_current_version_and_stays_there() {
        let database = empty();
        migrate(&database).expect("migrated");
        migrate(&database).expect("migrated again");
        assert_eq!(version(&database).expect("read"), CURRENT);
    }

    #[test]
    fn an_older_file_runs_only_the_steps_it_lacks() {
        const MARKS: redb::TableDefinition<'_, u64, u64> = redb::TableDefinition::new("marks");
        let first: fn(&WriteTransaction) -> _ = |txn| {
            let mut marks = txn.open_table(MARKS)?;
            let runs = marks.get(1)?.map_or(0, |count| count.value());
            marks.insert(1, runs + 1)?;
            Ok(())
        };
        let second: fn(&WriteTransaction) -> _ = |txn| {
            txn.open_table(MARKS)?.insert(2, 1)?;
            Ok(())
        };
        let database = empty();
        migrate_by(&database, &[first]).expect("version 1");
        migrate_by(&database, &[first, second]).expect("version 2");
        let marks = database.begin_read().expect("read").open_table(MARKS).expect("marks");
        let runs = |step| marks.get(step).expect("read").map(|count| count.value());
        assert_eq!((runs(1), runs(2)), (Some(1), Some(1)));
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before_it() {
        let failing: fn(&WriteTransaction) -> _ = |_| Err(redb::Error::PreviousIo);
        let database = empty();
        assert!(migrate_by(&database, &[create_all, failing]).is_err());
        assert_eq!(version(&database).expect("read"), 1);
    }

    #[test]
    fn a_newer_file_is_refused() {
        let database = empty();
        migrate_by(&database, &[create_all, create_all]).expect("version 2");
        assert!(matches!(migrate(&database), Err(SchemaError::Newer(2))));
    }

    #[test]
    fn a_file_of_another_program_is_refused() {
        let database = empty();
        let txn = database.begin_write().expect("a transaction");
        txn.open_table(redb::TableDefinition::<u64, u64>::new("theirs")).expect("a table");
        txn.commit().expect("committed");
        assert!(matches!(migrate(&database), Err(SchemaError::Foreign)));
    }
}
