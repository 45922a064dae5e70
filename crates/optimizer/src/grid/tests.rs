//! Tests of the module `grid`.
