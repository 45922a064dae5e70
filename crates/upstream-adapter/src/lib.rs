//! HTTP clients of the GlobeCo services.
