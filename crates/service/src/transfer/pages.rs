//! Lists read to their end while others write.

use ports::{Page, Slice, StoreError};

/// Rows read at a time.
pub(super) const BATCH: u64 = 500;

/// Reads a list that is sorted by ascending id, page by page.
pub(super) struct Pages<L, I, K> {
    list: L,
    id: I,
    /// Where the next page begins: at the last row that was read, so that it is seen when rows before it have gone.
    offset: u64,
    last: Option<K>,
}

/// All rows of a list by ascending id: each that is there all the time once, in order.
pub(super) const fn by_id<L, I, K>(list: L, id: I) -> Pages<L, I, K> {
    Pages { list, id, offset: 0, last: None }
}

impl<L, I, K: Ord + Copy> Pages<L, I, K> {
    /// The next rows; `None` at the end.
    pub(super) async fn next<T>(&mut self) -> Result<Option<Vec<T>>, StoreError>
    where
        L: AsyncFn(Slice) -> Result<Page<T>, StoreError>,
        I: Fn(&T) -> K,
    {
        loop {
            let page = (self.list)(Slice { offset: self.offset, limit: Some(BATCH) }).await?;
            let overlaps =
                page.items.first().is_some_and(|first| self.last.is_some_and(|last| (self.id)(first) <= last));
            if self.offset > 0 && !overlaps {
                // Rows before this page were deleted, and others may have moved in front of it.
                self.offset = self.offset.saturating_sub(BATCH / 2);
                continue;
            }
            let read = page.items.len() as u64;
            let new: Vec<T> =
                page.items.into_iter().filter(|row| self.last.is_none_or(|last| (self.id)(row) > last)).collect();
            if let Some(row) = new.last() {
                self.last = Some((self.id)(row));
                self.offset += read - 1;
                return Ok(Some(new));
            }
            if read < BATCH {
                return Ok(None);
            }
            // Rows were inserted before the last one that was read.
            self.offset += read - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeSet;

    /// A list of numbers that changes before each page.
    async fn read(start: impl IntoIterator<Item = u32>, change: impl Fn(&mut BTreeSet<u32>, u32)) -> Vec<u32> {
        let (rows, calls) = (RefCell::new(start.into_iter().collect::<BTreeSet<_>>()), Cell::new(0));
        let list = async |Slice { offset, limit }: Slice| {
            change(&mut rows.borrow_mut(), calls.replace(calls.get() + 1));
            let all: Vec<u32> = rows.borrow().iter().copied().collect();
            let from = usize::try_from(offset).expect("small").min(all.len());
            let most = usize::try_from(limit.expect("limited")).expect("small");
            let items = all[from..].iter().copied().take(most).collect();
            Ok(Page { items, total: all.len() as u64 })
        };
        let (mut pages, mut read) = (by_id(list, |row: &u32| *row), Vec::new());
        while let Some(page) = pages.next().await.expect("reads") {
            read.extend(page);
        }
        read
    }

    #[tokio::test]
    async fn a_list_that_rests_is_read_once() {
        for count in [0, 1, 499, 500, 501, 999, 1000, 2500] {
            assert_eq!(read(0..count, |_, _| {}).await, (0..count).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn rows_that_stay_are_read_once_whatever_comes_and_goes() {
        for seed in 0..200_u32 {
            let stays = |row: u32| row.is_multiple_of(3);
            let rows = read((0..6000).filter(|row| row % 3 < 2), |rows, call| {
                for n in 0..seed * 7 {
                    let row = n.wrapping_mul(2_654_435_761).wrapping_add(call * 977 + seed) % 6000;
                    if !stays(row) && !rows.remove(&row) && call < 40 {
                        rows.insert(row);
                    }
                }
            })
            .await;
            assert!(rows.is_sorted_by(|a, b| a < b), "{seed}: a row came twice");
            let kept: Vec<u32> = rows.into_iter().filter(|row| stays(*row)).collect();
            assert_eq!(kept, (0..6000).filter(|row| stays(*row)).collect::<Vec<_>>(), "{seed}");
        }
    }

    #[tokio::test]
    async fn a_list_that_is_emptied_ends() {
        let rows = read(0..3000, |rows, call| {
            if call > 0 {
                rows.clear();
            }
        })
        .await;
        assert_eq!(rows, (0..500).collect::<Vec<_>>());
    }
}
