//! Tests of the module `ties`.
