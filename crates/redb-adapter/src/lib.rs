//! The store ports on an embedded redb file.
