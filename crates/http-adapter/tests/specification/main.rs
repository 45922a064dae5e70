//! The HTTP contract, row by row and rule by rule, through the same `app` that production serves.
//!
//! `stores` says which stores the suite runs over; another crate can run the same modules over its own by including
//! them with `#[path]` beside a `stores` module of the same shape.

mod contract;
mod stores;
mod world;

mod models;
