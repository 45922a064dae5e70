//! The store ports on MongoDB.
