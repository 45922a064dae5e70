//! The exact whole-share rebalancing solver and the independent checker.
