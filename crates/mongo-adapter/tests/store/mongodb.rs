//! Tests that need a MongoDB; the module's name puts them into nextest's profile of that name.

mod contracts;
