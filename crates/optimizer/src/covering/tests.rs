//! Tests of the module `covering`.
