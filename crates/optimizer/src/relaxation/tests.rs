//! Tests of the module `relaxation`.
