//! Contract suites of the store ports, in-memory fakes that pass them, and builders for tests.
