//! Pages of long lists.

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// A part of a list: from `offset`, at most `limit` rows (`None`: to the end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Rows left out at the start.
    pub offset: u64,
    /// The most rows wanted; 0 is allowed.
    pub limit: Option<u64>,
}

impl Slice {
    /// The whole list.
    pub const ALL: Self = Self { offset: 0, limit: None };

    /// The part of `rows` that it names.
    #[must_use]
    pub fn cut<T>(self, rows: &[T]) -> &[T] {
        let rest = usize::try_from(self.offset).ok().and_then(|offset| rows.get(offset..)).unwrap_or_default();
        let most = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        &rest[..rest.len().min(most)]
    }
}

/// A part of a list, and how long the whole list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows of the part.
    pub items: Vec<T>,
    /// Rows of the whole list.
    pub total: u64,
}
