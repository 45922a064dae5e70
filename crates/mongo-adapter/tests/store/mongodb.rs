//! Tests that need a MongoDB; the module's name puts them into nextest's profile of that name.

mod availability;
mod contracts;
mod cut_writes;
mod forged_answers;
mod large_rebalances;
mod legacy;
mod orphans;
mod replicas;
mod schema;
mod support;
