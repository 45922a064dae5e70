//! Tests of the module `separable`.
