//! The services as a client sees them: every endpoint and every quirk over HTTP.

#[cfg(test)]
mod support;

#[cfg(test)]
mod accounting;
#[cfg(test)]
mod balances;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod book;
#[cfg(test)]
mod control;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod order_batches;
#[cfg(test)]
mod order_faults;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod portfolio;
#[cfg(test)]
mod pricing;
#[cfg(test)]
mod security;
#[cfg(test)]
mod transactions;
