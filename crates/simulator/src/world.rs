//! What all services of one simulator share.

use std::sync::{Mutex, RwLock};

use actix_web::web::Data;

use crate::book::{Book, BookConfig};
use crate::clock::Clock;
use crate::config::PriceMode;
use crate::counters::Counters;
use crate::draws::Draws;
use crate::faults::Faults;
use crate::locks::{lock, write};
use crate::market::MarketError;
use crate::order::OrderDesk;

/// The shared state, as handlers take it.
pub(crate) type Shared = Data<World>;

/// State of one simulator.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) book_config: BookConfig,
    pub(crate) price_mode: PriceMode,
    pub(crate) order_pacing: bool,
    pub(crate) clock: Clock,
    pub(crate) book: RwLock<Book>,
    pub(crate) price_draws: Mutex<Draws>,
    pub(crate) desk: Mutex<OrderDesk>,
    pub(crate) counters: Counters,
    pub(crate) faults: Faults,
}

impl World {
    /// Brings book, prices, orders, counters and faults back to what they were at the start.
    pub(crate) fn reset(&self) -> Result<(), MarketError> {
        let book = Book::generate(self.seed, &self.book_config)?;
        *write(&self.book) = book;
        *lock(&self.price_draws) = price_draws(self.seed);
        *lock(&self.desk) = OrderDesk::default();
        self.counters.reset();
        self.faults.clear_all();
        Ok(())
    }
}

/// The stream that random prices are drawn from.
pub(crate) fn price_draws(seed: u64) -> Draws {
    Draws::new(seed, 2)
}
