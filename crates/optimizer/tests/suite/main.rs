//! The solver as its callers see it.
#![cfg(test)]

mod builder;
mod worked_example;
