//! What the tests of this crate share.

pub(crate) mod http;
pub(crate) mod planted;
pub(crate) mod proxy;
pub(crate) mod registry;
pub(crate) mod scene;
