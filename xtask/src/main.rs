//! The project's automation: thin commands, one file each.

fn main() {}
