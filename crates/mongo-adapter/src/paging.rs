//! Parts of lists, in the server's numbers.

use ports::Slice;

/// A part that may have rows: both numbers fit the server's, and the limit is not 0, which it takes for "all".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) skip: u64,
    pub(crate) limit: Option<i64>,
}

/// What `slice` leaves of a list of `total` rows, if anything. The limit is the caller's, not what was counted: rows
/// that are added between the count and the list must not push others out.
pub(crate) fn part(slice: Slice, total: u64) -> Option<Part> {
    if slice.offset >= total || slice.limit == Some(0) {
        return None;
    }
    let limit = slice.limit.map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    Some(Part { skip: slice.offset, limit })
}

/// The number of all rows, of which `listed` were seen after the count.
pub(crate) fn total(counted: u64, part: Part, listed: usize) -> u64 {
    counted.max(part.skip + listed as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fit_the_list() {
        for (offset, limit, total, wanted) in [
            (0, None, 7, Some((0, None))),
            (2, Some(3), 7, Some((2, Some(3)))),
            (5, Some(u64::MAX), 7, Some((5, Some(i64::MAX)))),
            (7, None, 7, None),
            (u64::MAX, Some(u64::MAX), 7, None),
            (0, Some(0), 7, None),
            (0, None, 0, None),
        ] {
            let found = part(Slice { offset, limit }, total).map(|part| (part.skip, part.limit));
            assert_eq!(found, wanted, "{offset} {limit:?} of {total}");
        }
    }

    #[test]
    fn rows_that_came_after_the_count_are_counted() {
        let part = Part { skip: 2, limit: None };
        assert_eq!((total(7, part, 5), total(7, part, 6)), (7, 8));
    }
}
