//! What requests and answers look like on the wire. Names are fixed by the callers of the previous service; numbers
//! are decimals from the token's text, never binary fractions.

pub(crate) mod answer;
pub(crate) mod decimal;
pub(crate) mod health;
pub(crate) mod model;
pub(crate) mod paging;
pub(crate) mod portfolios;
pub(crate) mod position;
pub(crate) mod raw;
pub(crate) mod scenario;
pub(crate) mod sort;
pub(crate) mod stored;
pub(crate) mod time;
