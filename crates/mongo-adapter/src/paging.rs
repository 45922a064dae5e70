//! Parts of lists, in the server's numbers.

use ports::Slice;

/// A part that has at least one row: both numbers fit the server's, and the limit is not 0, which it takes for "all".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) skip: u64,
    pub(crate) limit: i64,
}

/// What `slice` leaves of a list of `total` rows, if anything. Without a limit it has one that rows added meanwhile do
/// not exceed.
pub(crate) fn part(slice: Slice, total: u64) -> Option<Part> {
    let rest = total.checked_sub(slice.offset).filter(|rest| *rest > 0)?;
    let limit = slice.limit.map_or(rest, |limit| limit.min(rest));
    let limit = i64::try_from(limit).ok().filter(|limit| *limit > 0)?;
    Some(Part { skip: slice.offset, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fit_the_list() {
        for (offset, limit, total, wanted) in [
            (0, None, 7, Some((0, 7))),
            (2, Some(3), 7, Some((2, 3))),
            (5, Some(u64::MAX), 7, Some((5, 2))),
            (7, None, 7, None),
            (u64::MAX, Some(u64::MAX), 7, None),
            (0, Some(0), 7, None),
            (0, None, 0, None),
        ] {
            let found = part(Slice { offset, limit }, total).map(|part| (part.skip, part.limit));
            assert_eq!(found, wanted, "{offset} {limit:?} of {total}");
        }
    }
}
