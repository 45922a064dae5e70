//! The solver alone, one thread: portfolios of 100 positions, prices in cents.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use domain::{Decimal, Drift, DriftRange, Price, Reserve, Target};
use optimizer::{Certificate, Limits, Outcome, Problem, Security, solve};

use crate::numbers::Samples;
use crate::report;
use crate::rows::{Limit, Row};

/// Positions of every problem.
const POSITIONS: u64 = 100;

/// What makes the cash short, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// The nearest counts are affordable.
    Slack,
    /// A reserve of 6 % beside targets of 95 %.
    Binding,
    /// The same, and every price a multiple of 5.00.
    Lattice,
}

/// A small reproducible generator (splitmix64, Steele, Lea and Flood 2014).
struct Draws(u64);

impl Draws {
    /// A number in `from..to`.
    fn within(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        from + (z ^ (z >> 31)) % (to - from)
    }
}

/// Measures every case on so many problems, and a book of five hundred times as many.
#[expect(clippy::cast_precision_loss, reason = "a million")]
pub(crate) fn measure(problems: u64) -> Result<Vec<Row>> {
    report::progress("solver")?;
    let us = |time: Duration| time.as_secs_f64() * 1e6;
    let (slack, _) = times(Case::Slack, problems)?;
    let (binding, _) = times(Case::Binding, problems)?;
    let (lattice, unproven) = times(Case::Lattice, problems / 10)?;
    let (book, book_limit) = (500 * problems, 15.0 * (500 * problems) as f64 / 1e6);
    let whole_book = whole(book)?;
    let row = |name: &str, unit, limit, value| Row::new("solver", name, unit, limit, value);
    Ok(vec![
        row("cash slack, median", "µs", Limit::AtMost(2.0), us(slack.percentile(0.5))),
        row("cash slack, p99", "µs", Limit::None, us(slack.percentile(0.99))),
        row("cash binding, median", "µs", Limit::AtMost(15.0), us(binding.percentile(0.5))),
        row("cash binding, p99", "µs", Limit::AtMost(100.0), us(binding.percentile(0.99))),
        row("price lattice, slowest", "ms", Limit::AtMost(100.0), us(lattice.percentile(1.0)) / 1e3),
        row("price lattice, unproven", "%", Limit::AtMost(0.0), unproven * 100.0),
        row(&format!("{book} portfolios, one core"), "s", Limit::AtMost(book_limit), whole_book.as_secs_f64()),
    ])
}

/// The time to solve a book of so many portfolios one after the other, every tenth of them short of cash.
fn whole(portfolios: u64) -> Result<Duration> {
    let (limits, mut total) = (Limits::default(), Duration::ZERO);
    for seed in 0..portfolios {
        let problem = draw(if seed % 10 == 0 { Case::Binding } else { Case::Slack }, seed)?;
        let started = Instant::now();
        let outcome = solve(&problem, &limits, &|| false);
        total += started.elapsed();
        ensure!(!matches!(outcome, Outcome::Stopped | Outcome::Rejected(_)), "portfolio {seed}: {outcome:?}");
    }
    Ok(total)
}

/// Times of the proven and unproven solutions, and the share of those that are not proven.
#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn times(case: Case, problems: u64) -> Result<(Samples, f64)> {
    let limits = Limits::default();
    let (mut found, mut unproven) = (Vec::new(), 0);
    let begun = Instant::now();
    for seed in 0..problems {
        let problem = draw(case, seed)?;
        let started = Instant::now();
        let outcome = solve(&problem, &limits, &|| false);
        found.push(started.elapsed());
        if !is_proven(&outcome) {
            unproven += 1;
        }
    }
    Ok((Samples::new(found, 0, begun.elapsed()), f64::from(unproven) / problems.max(1) as f64))
}

fn is_proven(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Solved(solution) => solution.certificate != Certificate::Gap,
        Outcome::Infeasible(_) => true,
        Outcome::Stopped | Outcome::Rejected(_) => false,
    }
}

fn draw(kind: Case, seed: u64) -> Result<Problem> {
    let mut random = Draws(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ kind as u64);
    let worth = random.within(10_000_000, 200_000_000) * random.within(1, 10);
    let drift = Drift::new(decimal(5, 3)?)?;
    let mut held = 0;
    let mut securities = Vec::new();
    for index in 0..POSITIONS {
        let price = if kind == Case::Lattice { 500 * random.within(1, 11) } else { random.within(1_000, 50_000) };
        // Ninety targets of 0.010 and ten of 0.005.
        let target = if index % 10 == 9 { 5 } else { 10 };
        let quantity = worth * target / 1000 / price * random.within(80, 120) / 100;
        held += quantity * price;
        securities.push(Security {
            id: format!("SECURITY{index:016}").parse()?,
            quantity: decimal(quantity.into(), 0)?,
            price: Price::new(decimal(price.into(), 2)?)?,
            target: Target::new(decimal(target.into(), 3)?)?,
            drifts: DriftRange::new(drift, drift)?,
            in_model: true,
        });
    }
    let cash = decimal(i128::from(worth) - i128::from(held), 2)?;
    let fraction = if kind == Case::Slack { 0 } else { 6 };
    Ok(Problem::new(cash, securities, Reserve::new(decimal(0, 0)?, decimal(fraction, 2)?)?)?)
}

fn decimal(units: i128, scale: u32) -> Result<Decimal> {
    Decimal::new(units, scale).context("a decimal out of bounds")
}
