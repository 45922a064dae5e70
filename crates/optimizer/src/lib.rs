//! The exact whole-share rebalancing solver and the independent checker.
//!
//! For one portfolio: choose the units `u_i` held afterwards so that `Σ |MV·t_i − u_i·p_i|` is least, trading whole
//! shares only (`u_i − q_i` is an integer, `u_i ≥ 0`), keeping every band
//! `MV·(t_i − l_i) ≤ u_i·p_i ≤ MV·(t_i + h_i)` and spending no more than the portfolio is worth less its reserve
//! (`Σ u_i·p_i ≤ MV − R`). Securities that the model does not list have the band `[0, 0]`. Among equals: fewest
//! securities traded, then least value traded, then more of the first security where they differ.
//!
//! Pure, synchronous, deterministic: the same problem in any order gives the same answer on any machine, unless the
//! `stop` callback cuts it short, which the answer then says. No clock, no floating point, no input or output.
//!
//! ```
//! use domain::{Decimal, DriftRange, Drift, Price, Reserve, Target};
//! use optimizer::{solve, Limits, Outcome, Problem, Security};
//!
//! let d = |text: &str| text.parse::<Decimal>().expect("a decimal");
//! let fund = Security {
//!     id: "FUNDxxxxxxxxxxxxxxxxxx01".parse()?,
//!     quantity: d("0"),
//!     price: Price::new(d("30.00"))?,
//!     target: Target::new(d("0.60"))?,
//!     drifts: DriftRange::new(Drift::new(d("0.05"))?, Drift::new(d("0.05"))?)?,
//!     in_model: true,
//! };
//! let problem = Problem::new(d("1000.00"), vec![fund], Reserve::NONE)?;
//! let Outcome::Solved(solution) = solve(&problem, &Limits::default(), &|| false) else { panic!("feasible") };
//! assert_eq!(solution.holdings[0].trade, 20);
//! assert_eq!(solution.cash_after, d("400"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | room | what is in it |
//! |---|---|
//! | `problem` | scaling to integers, bounds |
//! | `separable` | step 1: every security alone |
//! | `covering` | step 2: the knapsack that is left when the cash is short |
//! | `search` | step 3: branch and bound over first steps |
//! | `cardinality` | step 3: the bound by number of steps, where prices lie close together |
//! | `grid` | step 4: the common grid of prices, exact fills |
//! | `dominance` | step 4: the dynamic program over undominated states, when the search is too long |
//! | `dp` | step 4: the dynamic program over all sums, when there are few |
//! | `ties` | the choice among equally good holdings |
//! | `relaxation` | step 5: what would make an infeasible problem feasible |
//! | `reasons` | why each security ends where it does |
//! | [`check`] | trusts nobody |

mod arithmetic;
mod cardinality;
pub mod check;
mod covering;
mod dominance;
mod dp;
mod effort;
mod grid;
mod outcome;
mod problem;
mod reasons;
mod relaxation;
mod search;
mod separable;
mod solve;
mod ties;

pub use check::CheckError;
pub use outcome::{Certificate, HoldingAfter, Limits, Outcome, Solution};
pub use problem::{MAX_SECURITIES, Problem, ProblemError, Security};
pub use relaxation::{Count, EmptyBand, InfeasibleReason, Relaxation};
pub use solve::solve;
