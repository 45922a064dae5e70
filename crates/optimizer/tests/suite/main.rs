//! The solver as its callers see it.
#![cfg(test)]

mod agreement;
mod builder;
mod extremes;
mod larger;
mod laws;
mod oracle;
mod shapes;
mod worked_example;
