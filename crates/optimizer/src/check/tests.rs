//! Tests of the module `check`.
