//! The table of real tickers, names and prices that the book starts from (see `data/README.md` for its origin).

use crate::amount::Amount;

const TABLE: &str = include_str!("../data/securities.csv");

/// One ticker of the suite's seed data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    /// Ticker, unique in the table.
    pub(crate) ticker: String,
    /// Company name; `None` when the security service does not seed it.
    pub(crate) description: Option<String>,
    /// Mean price and standard deviation, USD; `None` when the pricing service has no price.
    pub(crate) price: Option<(Amount, Amount)>,
}

/// A line of the table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the market table is malformed: {text}")]
pub struct MarketError {
    line: usize,
    text: String,
}

/// All listings, in the order of the table.
///
/// # Errors
/// [`MarketError`] names the first line that does not have four readable columns.
pub(crate) fn listings() -> Result<Vec<Listing>, MarketError> {
    TABLE
        .lines()
        .enumerate()
        .skip(1)
        .map(|(index, text)| listing(text).ok_or_else(|| MarketError { line: index + 1, text: text.to_owned() }))
        .collect()
}

fn listing(line: &str) -> Option<Listing> {
    let mut columns = line.split(',');
    let (ticker, description) = (columns.next()?, columns.next()?);
    let (price, deviation) = (columns.next()?, columns.next()?);
    if ticker.is_empty() || columns.next().is_some() {
        return None;
    }
    Some(Listing {
        ticker: ticker.to_owned(),
        description: (!description.is_empty()).then(|| description.to_owned()),
        price: match (price, deviation) {
            ("", "") => None,
            _ => Some((Amount::parse(price).ok()?, Amount::parse(deviation).ok()?)),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_counts_of_the_suite() {
        let all = listings().unwrap();
        assert_eq!(all.len(), 666);
        assert_eq!(all.iter().filter(|l| l.description.is_some()).count(), 505);
        assert_eq!(all.iter().filter(|l| l.price.is_some()).count(), 471);
        assert_eq!(all.iter().filter(|l| l.description.is_some() && l.price.is_some()).count(), 310);
        let tickers: std::collections::HashSet<_> = all.iter().map(|l| &l.ticker).collect();
        assert_eq!(tickers.len(), 666);
    }

    #[test]
    fn a_malformed_line_is_not_a_listing() {
        for line in ["", "A,b,1", "A,b,1,", "A,b,1,2,3", "A,b,x,1", ",b,1,1"] {
            assert_eq!(listing(line), None, "{line}");
        }
    }
}
