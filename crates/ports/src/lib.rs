//! What the application needs from the outside: driven-port traits and their errors.
