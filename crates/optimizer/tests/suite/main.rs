//! The solver as its callers see it.
#![cfg(test)]

mod agreement;
mod builder;
mod oracle;
mod shapes;
mod worked_example;
