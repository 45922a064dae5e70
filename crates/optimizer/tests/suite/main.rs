//! The solver as its callers see it.
#![cfg(test)]

mod agreement;
mod builder;
mod equals;
mod extremes;
mod families;
mod hostile;
mod larger;
mod lattice;
mod laws;
mod oracle;
mod shapes;
mod worked_example;
