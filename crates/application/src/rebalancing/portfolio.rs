//! From one portfolio's book and the market to the problem that the optimizer solves.

use domain::rebalance::{FailureCode, FailureDetail};
use domain::{Balances, Decimal, DriftRange, Positions, Price, SecurityId, Target, Ticker};
use optimizer::Security;
use ports::{PriceList, TickerMap};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Prices of one run by security: the snapshot seen through the securities map, and the prices that a preview assumes.
pub(crate) struct Market {
    pub(crate) tickers: TickerMap,
    pub(crate) prices: PriceList,
    pub(crate) assumed: HashMap<SecurityId, Price>,
}

/// Why a security has no price.
enum Missing {
    Security,
    Price(Ticker),
}

impl Market {
    fn price_of(&self, id: &SecurityId) -> Result<Price, Missing> {
        if let Some(price) = self.assumed.get(id) {
            return Ok(*price);
        }
        let ticker = self.tickers.get(id).ok_or(Missing::Security)?;
        self.prices.get(ticker).copied().ok_or_else(|| Missing::Price(ticker.clone()))
    }
}

impl Market {
    /// The ticker that the security's price is read by; `None` when the price is assumed.
    pub(crate) fn read_by(&self, id: &SecurityId) -> Option<&Ticker> {
        self.tickers.get(id).filter(|_| !self.assumed.contains_key(id))
    }
}

/// Why a problem cannot even be stated.
pub(crate) struct Unstatable {
    pub(crate) code: FailureCode,
    pub(crate) message: String,
    pub(crate) details: Vec<FailureDetail>,
}

/// All securities that a run needs a price of: held ones and those of the model.
pub(crate) fn wanted<'a>(positions: &Positions, books: impl Iterator<Item = &'a Balances>) -> BTreeSet<SecurityId> {
    let listed = positions.as_slice().iter().map(|p| p.security_id);
    let held = books.flat_map(|book| book.holdings.iter()).filter(|h| !h.quantity.is_zero()).map(|h| h.security_id);
    listed.chain(held).collect()
}

/// The securities of the problem: what the portfolio holds and what the model lists, each with its price.
pub(crate) fn securities(book: &Balances, positions: &Positions, market: &Market) -> Result<Vec<Security>, Unstatable> {
    let mut rows: BTreeMap<SecurityId, (Decimal, Option<(Target, DriftRange)>)> = BTreeMap::new();
    for position in positions.as_slice() {
        rows.entry(position.security_id).or_insert((Decimal::ZERO, None)).1 = Some((position.target, position.drifts));
    }
    for holding in book.holdings.iter().filter(|h| !h.quantity.is_zero()) {
        rows.entry(holding.security_id).or_insert((Decimal::ZERO, None)).0 = holding.quantity;
    }
    let mut securities = Vec::with_capacity(rows.len());
    let (mut unknown, mut unpriced) = (Vec::new(), Vec::new());
    for (id, (quantity, listed)) in rows {
        let (target, drifts) = listed.unwrap_or((Target::ZERO, DriftRange::ZERO));
        match market.price_of(&id) {
            Ok(price) => securities.push(Security { id, quantity, price, target, drifts, in_model: listed.is_some() }),
            Err(Missing::Security) => unknown.push(detail(
                "security_unknown",
                id,
                format!("security {id} is not known to the security service"),
            )),
            Err(Missing::Price(ticker)) => {
                unpriced.push(detail("price_missing", id, format!("security {id} ({ticker}) has no price")));
            }
        }
    }
    match (unknown.len(), unpriced.len()) {
        (0, 0) => Ok(securities),
        (0, n) => Err(missing(FailureCode::PriceMissing, n, "no price above zero", unpriced)),
        (n, _) => {
            unknown.extend(unpriced);
            Err(missing(FailureCode::SecurityUnknown, n, "no entry in the security service", unknown))
        }
    }
}

fn detail(code: &str, id: SecurityId, message: String) -> FailureDetail {
    FailureDetail { code: code.to_owned(), security_id: Some(id), message }
}

fn missing(code: FailureCode, count: usize, what: &str, details: Vec<FailureDetail>) -> Unstatable {
    let named: Vec<String> = details.iter().take(5).filter_map(|d| d.security_id).map(|id| id.to_string()).collect();
    let more = if details.len() > named.len() { ", …" } else { "" };
    let securities = if count == 1 { "security has" } else { "securities have" };
    let message = format!("{count} {securities} {what}: {}{more}", named.join(", "));
    Unstatable { code, message, details }
}
