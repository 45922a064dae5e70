//! Plausible cash and holdings for each kind of portfolio.

use std::collections::{HashMap, HashSet};

use super::{Book, Holding, PortfolioKind, Security, Strategy, StrategyPosition};
use crate::amount::Amount;
use crate::draws::Draws;

/// Ranges of market value in USD and their shares in percent, after the suite's benchmark, which puts most below 1 million.
const SIZES: [(u32, f64, f64); 4] = [
    (15, 10_000.0, 100_000.0),
    (60, 100_000.0, 1_000_000.0),
    (20, 1_000_000.0, 10_000_000.0),
    (5, 10_000_000.0, 50_000_000.0),
];
/// Typical relative drift of one holding since it was bought: exp(0.2 x) for a standard normal x.
const DRIFT: f64 = 0.2;

/// Cash and holdings to set a portfolio up with.
pub(super) struct Funding {
    pub(super) cash: Option<Amount>,
    pub(super) holdings: Vec<Holding>,
}

/// What portfolios of one strategy can hold: securities with a price.
pub(super) struct Universe {
    positions: Vec<StrategyPosition>,
    /// Mean price of each priced security, by id.
    means: HashMap<String, Amount>,
    /// Priced securities that the strategy does not list, by id.
    outside: Vec<(String, Amount)>,
}

impl Universe {
    pub(super) fn new(book: &Book, strategy: &Strategy) -> Self {
        let by_ticker: HashMap<_, _> = book.prices().iter().map(|row| (row.ticker.as_str(), row.mean)).collect();
        let priced = |security: &Security| Some((security.id.clone(), *by_ticker.get(security.ticker.as_str())?));
        let means: HashMap<_, _> = book.securities().iter().filter_map(priced).collect();
        let listed: HashSet<_> = strategy.positions.iter().map(|position| &position.security_id).collect();
        let outside = book.securities().iter().filter(|security| !listed.contains(&security.id)).filter_map(priced);
        Self { outside: outside.collect(), positions: strategy.positions.clone(), means }
    }
}

/// Draws the funding of one portfolio of `kind`.
pub(super) fn fund(universe: &Universe, kind: PortfolioKind, draws: &mut Draws) -> Funding {
    let size = market_value(draws);
    match kind {
        PortfolioKind::Unfunded => return Funding { cash: None, holdings: Vec::new() },
        PortfolioKind::New => {
            return Funding { cash: Some(Amount::whole(size / 1_000 * 1_000)), holdings: Vec::new() };
        }
        _ => {}
    }
    let mut holdings = invested(size, universe, draws);
    match kind {
        PortfolioKind::Fractional => make_fractional(&mut holdings, draws),
        PortfolioKind::Short => {
            let count = 1 + draws.below(3);
            add_shorts(&mut holdings, size, &universe.outside, count, draws);
        }
        PortfolioKind::ZeroRows => {
            for _ in 0..3 {
                let (id, _) = &universe.outside[draws.below(universe.outside.len())];
                holdings.push(Holding::long(id, Amount::ZERO));
            }
        }
        _ => add_leftovers(&mut holdings, size, &universe.outside, draws),
    }
    let cash = rest_in_cash(size, universe, &holdings, kind, draws);
    Funding { cash: Some(cash), holdings }
}

/// A market value in whole USD, log-uniform within its range.
#[expect(clippy::cast_possible_truncation, reason = "the ranges end at 50 million")]
fn market_value(draws: &mut Draws) -> i64 {
    let mut percent = u32::try_from(draws.below(100)).unwrap_or(0);
    for (share, low, high) in SIZES {
        if percent < share {
            return (low * (high / low).powf(draws.fraction())).round() as i64;
        }
        percent -= share;
    }
    10_000
}

/// Whole shares near the targets; about one position in twelve is missing.
fn invested(size: i64, universe: &Universe, draws: &mut Draws) -> Vec<Holding> {
    let mut holdings = Vec::new();
    for position in &universe.positions {
        let drifted = drift_ppm(draws);
        if draws.below(12) == 0 {
            continue;
        }
        let Some(mean) = universe.means.get(&position.security_id) else { continue };
        let value = Amount::whole(size).units() * i128::from(position.target_thousandths) / 1_000;
        let shares = value * drifted / 1_000_000 / mean.units();
        if shares > 0 {
            holdings.push(Holding::long(&position.security_id, whole(shares)));
        }
    }
    holdings
}

/// The drift factor of one holding in millionths.
#[expect(clippy::cast_possible_truncation, reason = "a normal draw is below ten, so the factor is below e^2")]
fn drift_ppm(draws: &mut Draws) -> i128 {
    ((DRIFT * draws.normal()).exp() * 1e6).round() as i128
}

/// Turns up to five positions fractional, with two to eight decimals.
fn make_fractional(holdings: &mut [Holding], draws: &mut Draws) {
    for _ in 0..5.min(holdings.len()) {
        let chosen = draws.below(holdings.len());
        let step = [1_000_000, 100_000, 10_000, 1][draws.below(4)];
        let fraction = Amount::from_units((i128::from(draws.between(1, 99_999_999)) / step).max(1) * step);
        holdings[chosen].long = holdings[chosen].long + fraction;
    }
}

/// Shorts other securities for about 2 % of the market value each; the first short has half a unit.
fn add_shorts(holdings: &mut Vec<Holding>, size: i64, others: &[(String, Amount)], count: usize, draws: &mut Draws) {
    for index in 0..count {
        let (id, mean) = &others[draws.below(others.len())];
        if holdings.iter().any(|holding| holding.security_id == *id) {
            continue;
        }
        let shares = (Amount::whole(size).units() / 50 / mean.units()).max(1);
        let half = if index == 0 { Amount::cents(50) } else { Amount::ZERO };
        holdings.push(Holding::short(id, whole(shares) + half));
    }
}

/// Up to two holdings that the strategy no longer lists.
fn add_leftovers(holdings: &mut Vec<Holding>, size: i64, others: &[(String, Amount)], draws: &mut Draws) {
    for _ in 0..draws.below(3) {
        let (id, mean) = &others[draws.below(others.len())];
        let shares = Amount::whole(size).units() / 100 / mean.units();
        if shares > 0 && !holdings.iter().any(|holding| holding.security_id == *id) {
            holdings.push(Holding::long(id, whole(shares)));
        }
    }
}

/// What is left of the market value, to the cent; an overdrawn portfolio owes one to three percent instead, and no other
/// has less than one percent.
fn rest_in_cash(
    size: i64,
    universe: &Universe,
    holdings: &[Holding],
    kind: PortfolioKind,
    draws: &mut Draws,
) -> Amount {
    let percent = |ppm: i64| Amount::cents(size * ppm / 10_000);
    if kind == PortfolioKind::Overdrawn {
        return Amount::ZERO - percent(draws.between(10_000, 30_000));
    }
    let value = holdings.iter().fold(Amount::ZERO, |sum, holding| {
        let units = holding.long - holding.short;
        sum + universe.means.get(&holding.security_id).and_then(|&mean| units.times(mean)).unwrap_or_default()
    });
    let cents = (Amount::whole(size) - value).units() / Amount::cents(1).units();
    Amount::cents(i64::try_from(cents).unwrap_or(0)).max(percent(10_000))
}

fn whole(shares: i128) -> Amount {
    Amount::from_units(shares * Amount::whole(1).units())
}
