//! Building a book from a seed.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Weekday};
use serde::Serialize;

use super::funding::{self, Universe};
use super::{Book, PriceRow, strategy};
use crate::draws::Draws;
use crate::ids::{INSTALLED_AT, ObjectIds};
use crate::market::{Listing, MarketError, listings};

/// Portfolios that share one strategy: the suite's benchmark gives each model 100.
const PORTFOLIOS_PER_STRATEGY: usize = 100;
/// Portfolios that are created by one request.
const BULK_SIZE: usize = 100;

/// What the book holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookConfig {
    /// Number of portfolios; each 100 of them share a strategy.
    pub portfolios: usize,
    /// Whether the suite's init job ran, which adds a security for each priced ticker: 666 securities instead of 505.
    pub init_job: bool,
}

/// 300 portfolios, after the init job: the state of a suite that was installed by its chart.
impl Default for BookConfig {
    fn default() -> Self {
        Self { portfolios: 300, init_job: true }
    }
}

/// How a portfolio of the generated book is funded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PortfolioKind {
    /// A round amount of cash, no holdings.
    New,
    /// Whole shares near its strategy's targets, and the rest in cash.
    Drifted,
    /// As drifted, with fractional units in some securities.
    Fractional,
    /// As drifted, with one to three short positions.
    Short,
    /// As drifted, with negative cash.
    Overdrawn,
    /// As drifted, with rows of zero units of securities that were sold.
    ZeroRows,
    /// No balance rows at all: its summary answers 500.
    Unfunded,
}

impl PortfolioKind {
    /// The name on the control API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Drifted => "drifted",
            Self::Fractional => "fractional",
            Self::Short => "short",
            Self::Overdrawn => "overdrawn",
            Self::ZeroRows => "zero_rows",
            Self::Unfunded => "unfunded",
        }
    }
}

/// One block of kinds; the book repeats it. The first seven portfolios show every kind.
const KINDS: [PortfolioKind; 20] = {
    use PortfolioKind::{Drifted, Fractional, New, Overdrawn, Short, Unfunded, ZeroRows};
    [
        New, Drifted, Short, Fractional, Overdrawn, ZeroRows, Unfunded, Drifted, New, Drifted, Drifted, New, Drifted,
        Fractional, Drifted, New, Drifted, Drifted, New, Drifted,
    ]
};

impl Book {
    /// The book of this seed.
    ///
    /// # Errors
    /// [`MarketError`] when the market table that is compiled in is malformed.
    pub fn generate(seed: u64, config: &BookConfig) -> Result<Self, MarketError> {
        let listings = listings()?;
        let mut draws = Draws::new(seed, 1);
        let mut book = Self::empty(&mut draws);
        book.seed_market(&listings, config.init_job);
        for index in 0..config.portfolios.div_ceil(PORTFOLIOS_PER_STRATEGY).max(1) {
            let strategy = strategy::build(&book, index, &mut draws);
            let first = index * PORTFOLIOS_PER_STRATEGY;
            let universe = Universe::new(&book, &strategy);
            book.strategies.push(strategy);
            for portfolio in first..config.portfolios.min(first + PORTFOLIOS_PER_STRATEGY) {
                book.generate_portfolio(portfolio, index, &universe, &mut draws);
            }
        }
        Ok(book)
    }

    fn generate_portfolio(&mut self, index: usize, strategy: usize, universe: &Universe, draws: &mut Draws) {
        // The portfolios of one bulk request share their milliseconds.
        let bulk = i64::try_from(index / BULK_SIZE).unwrap_or(i64::MAX);
        let created_at = self.installed_at + TimeDelta::milliseconds(123 + 1_877 * bulk);
        let kind = KINDS[index % KINDS.len()];
        let id = self.add_portfolio(&format!("Portfolio {index}"), created_at);
        if let Some(portfolio) = self.portfolios.last_mut() {
            (portfolio.kind, portfolio.strategy) = (Some(kind), Some(strategy));
        }
        let funding = funding::fund(universe, kind, draws);
        self.upsert_portfolio(&id, None, funding.cash, &funding.holdings);
    }

    fn empty(draws: &mut Draws) -> Self {
        Self {
            security_types: Vec::new(),
            securities: Vec::new(),
            security_index: HashMap::new(),
            prices: Vec::new(),
            price_date: trading_date(draws),
            portfolios: Vec::new(),
            portfolio_index: HashMap::new(),
            accounts: BTreeMap::new(),
            strategies: Vec::new(),
            source_ids: HashSet::new(),
            ids: ObjectIds::new(draws),
            next_row_id: 0,
            next_transaction_id: 0,
            installed_at: DateTime::from_timestamp(INSTALLED_AT, 0).unwrap_or_default(),
        }
    }

    fn seed_market(&mut self, listings: &[Listing], init_job: bool) {
        let seeded_type = self.add_security_type("CS", "Common Stock");
        for (listing, description) in listings.iter().filter_map(|l| Some((l, l.description.as_ref()?))) {
            self.add_security(&listing.ticker, description, Some(&seeded_type));
        }
        if init_job {
            let added_type = self.add_security_type("CS", "Common Stock");
            for listing in listings.iter().filter(|listing| listing.description.is_none()) {
                self.add_security(&listing.ticker, &listing.ticker, Some(&added_type));
            }
        }
        let priced = listings.iter().filter_map(|listing| Some((listing, listing.price?)));
        self.prices = (1..)
            .zip(priced)
            .map(|(id, (listing, (mean, deviation)))| PriceRow { id, ticker: listing.ticker.clone(), mean, deviation })
            .collect();
    }
}

/// One weekday between 2013-03-07 and 2018-01-22, as the pricing service chooses at its first start.
fn trading_date(draws: &mut Draws) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2013, 3, 7).unwrap_or_default();
    let span = draws.between(0, 1_782).unsigned_abs();
    let date = first + Days::new(span);
    match date.weekday() {
        Weekday::Sat => date - Days::new(1),
        Weekday::Sun => date - Days::new(2),
        _ => date,
    }
}
