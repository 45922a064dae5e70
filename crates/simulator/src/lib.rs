//! The GlobeCo suite in one process, quirks and fault injection included.
