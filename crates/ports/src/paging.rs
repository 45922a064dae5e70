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
}

/// A part of a list, and how long the whole list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows of the part.
    pub items: Vec<T>,
    /// Rows of the whole list.
    pub total: u64,
}
