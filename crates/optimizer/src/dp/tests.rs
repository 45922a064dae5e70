//! Tests of the module `dp`.
