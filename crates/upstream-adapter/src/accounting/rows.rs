//! Rows of a book, each security once.

use crate::failure::{Failure, excerpt};
use domain::{Decimal, Holding, SecurityId};
use std::collections::HashSet;

/// The holdings read so far.
#[derive(Default)]
pub(super) struct Holdings {
    rows: Vec<Holding>,
    seen: HashSet<SecurityId>,
}

impl Holdings {
    /// Adds a row. Zero units are left out, yet count as the security's row.
    ///
    /// # Errors
    /// `Invalid` for a second row of the same security, for an id that is none, and for units of nothing.
    pub(super) fn add(&mut self, security_id: Option<&str>, quantity: Decimal) -> Result<(), Failure> {
        let Some(text) = security_id.filter(|id| !id.is_empty()) else {
            return if quantity.is_zero() {
                Ok(())
            } else {
                Err(Failure::invalid(format!("{quantity} units of no security")))
            };
        };
        let security_id: SecurityId = text
            .parse()
            .map_err(|error| Failure::invalid(format!("the security id {:?} {error}", excerpt(text.as_bytes()))))?;
        if !self.seen.insert(security_id) {
            return Err(Failure::invalid(format!("security {security_id} stands twice")));
        }
        if !quantity.is_zero() {
            self.rows.push(Holding { security_id, quantity });
        }
        Ok(())
    }

    pub(super) fn into_rows(self) -> Vec<Holding> {
        self.rows
    }
}
