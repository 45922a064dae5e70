//! Tests of the module `search`.
