//! Strategies: target weights that drifted portfolios were once invested in.
//!
//! A model made from a strategy finds portfolios whose holdings lie near its targets, as in a real book.

use serde::{Serialize, Serializer};

use super::Book;
use crate::draws::Draws;

/// Positions of one strategy.
const POSITIONS: usize = 50;
/// Step of target weights, in thousandths: the suite's models use multiples of 0.005.
const STEP: u32 = 5;
/// Sum of the targets of one strategy in thousandths: 95 %, the rest is cash.
const INVESTED: u32 = 950;
/// Largest target that is drawn, in thousandths.
const LARGEST: u32 = 60;

/// Names that everyone knows, for the first strategy; all of them are seeded and priced.
const LARGE_CAPS: [&str; POSITIONS] = [
    "AAPL", "MSFT", "AMZN", "GOOGL", "NVDA", "JPM", "JNJ", "V", "PG", "UNH", "HD", "MA", "DIS", "BAC", "XOM", "KO",
    "PFE", "CSCO", "VZ", "PEP", "T", "INTC", "CMCSA", "WMT", "MRK", "ABT", "CVX", "MCD", "NKE", "COST", "ADBE", "CRM",
    "NFLX", "ABBV", "LLY", "TXN", "QCOM", "HON", "UNP", "LOW", "CAT", "GS", "AXP", "AMGN", "MMM", "BA", "SBUX", "GE",
    "F", "ORCL",
];

/// A named list of securities with target weights that sum to 0.95.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Strategy {
    /// Name such as `Strategy 0`.
    pub name: String,
    /// Its positions, largest target first.
    pub positions: Vec<StrategyPosition>,
}

/// One security of a strategy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StrategyPosition {
    /// Object id of the security, which is priced.
    pub security_id: String,
    /// Its ticker.
    pub ticker: String,
    /// Target weight in thousandths of the market value: a multiple of 5. In JSON a decimal string, `"0.015"`.
    #[serde(rename = "target", serialize_with = "as_fraction")]
    pub target_thousandths: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn as_fraction<S: Serializer>(thousandths: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("0.{thousandths:03}"))
}

/// Builds strategy number `index`: the first of well-known names, the others drawn from all priced securities.
pub(super) fn build(book: &Book, index: usize, draws: &mut Draws) -> Strategy {
    let mut tickers: Vec<String> = if index == 0 {
        LARGE_CAPS.iter().map(|&ticker| ticker.to_owned()).collect()
    } else {
        book.prices().iter().map(|row| row.ticker.clone()).collect()
    };
    if index > 0 {
        draws.shuffle(&mut tickers);
    }
    let priced = tickers.iter().filter(|ticker| book.price(ticker).is_some());
    let securities: Vec<_> = priced.filter_map(|ticker| book.security_by_ticker(ticker)).take(POSITIONS).collect();
    let mut targets = spread(securities.len(), draws);
    targets.sort_unstable_by(|a, b| b.cmp(a));
    let positions = securities.iter().zip(targets).map(|(security, target_thousandths)| StrategyPosition {
        security_id: security.id.clone(),
        ticker: security.ticker.clone(),
        target_thousandths,
    });
    Strategy { name: format!("Strategy {index}"), positions: positions.collect() }
}

/// Spreads 95 % over `count` targets at random, each at least one step and at most the largest.
fn spread(count: usize, draws: &mut Draws) -> Vec<u32> {
    let mut targets = vec![STEP; count];
    let total = |targets: &[u32]| targets.iter().sum::<u32>();
    while total(&targets) < INVESTED && targets.iter().any(|&target| target < LARGEST) {
        let chosen = draws.below(count);
        if targets[chosen] < LARGEST {
            targets[chosen] += STEP;
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_steps_of_half_a_percent_and_sum_to_95_percent() {
        let targets = spread(POSITIONS, &mut Draws::new(1, 1));
        assert_eq!(targets.iter().sum::<u32>(), INVESTED);
        assert!(targets.iter().all(|target| target % STEP == 0 && (STEP..=LARGEST).contains(target)));
    }

    #[test]
    fn every_large_cap_is_seeded_and_priced() {
        let listings = crate::market::listings().unwrap();
        for ticker in LARGE_CAPS {
            let listing = listings.iter().find(|l| l.ticker == ticker);
            assert!(listing.is_some_and(|l| l.price.is_some() && l.description.is_some()), "{ticker}");
        }
    }
}
