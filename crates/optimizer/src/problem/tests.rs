//! Tests of the module `problem`.
