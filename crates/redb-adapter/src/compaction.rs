//! What is done at a start about a file that is far larger than what it holds.
//!
//! Pages that are given up stay in the file for later use. When a process is killed, what its last transactions gave up is
//! only found again by the next start, and meanwhile the file has grown by their copies: after hundreds of kills a file of a
//! few megabytes had more than a gigabyte. So a start gives back what is too much, before anybody reads or writes.

use redb::Database;
use std::path::Path;

/// Files below this size are left alone, in bytes.
const WORTH_IT: u64 = 16 * 1024 * 1024;
/// A file is too large when it has so many times the bytes of the pages in use.
const TOO_LARGE: u64 = 4;
/// Passes over the file. Each moves what it can; a few reach the end.
const PASSES: usize = 8;

/// Gives back the room that the file at `path` does not need. A file that cannot be made smaller now (its disk is full, say)
/// is as it was, and is tried again at the next start.
pub(crate) fn shrink(database: &mut Database, path: &Path) {
    let Some(before) = size(path) else { return };
    match in_use(database) {
        Ok(used) if before >= WORTH_IT && before / TOO_LARGE > used => {}
        Ok(_) => return,
        Err(error) => {
            tracing::warn!(%error, "how much of the store file is in use cannot be told");
            return;
        }
    }
    for _ in 0..PASSES {
        match database.compact() {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                tracing::warn!(%error, "the store file could not be made smaller");
                break;
            }
        }
    }
    tracing::info!(bytes_before = before, bytes = size(path), "the store file was made smaller");
}

fn size(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|file| file.len())
}

/// Bytes of the pages in use.
fn in_use(database: &Database) -> Result<u64, redb::Error> {
    let transaction = database.begin_write()?;
    let stats = transaction.stats()?;
    transaction.abort()?;
    Ok(stats.allocated_pages() * u64::try_from(stats.page_size()).unwrap_or(u64::MAX))
}
