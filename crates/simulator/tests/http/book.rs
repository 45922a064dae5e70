//! The generated book: plausible, complete and reproducible.

use std::collections::{BTreeMap, HashSet};

use simulator::{Amount, Book, BookConfig, PortfolioKind, is_object_id};

use crate::support::SEED;

fn book(seed: u64, portfolios: usize) -> Book {
    Book::generate(seed, &BookConfig { portfolios, init_job: true }).unwrap()
}

/// Cash and worth of all holdings at the stored prices, USD; nothing for a portfolio without rows.
fn market_value(book: &Book, portfolio_id: &str) -> Option<(Amount, Amount)> {
    let account = book.account(portfolio_id)?;
    let prices: BTreeMap<_, _> = book.prices().iter().map(|row| (row.ticker.as_str(), row.mean)).collect();
    let worth = account.positions.iter().fold(Amount::ZERO, |sum, (id, row)| {
        let price = prices[book.security(id).unwrap().ticker.as_str()];
        sum + row.net().times(price).unwrap()
    });
    Some((account.cash_balance(), worth))
}

#[test]
fn the_same_seed_gives_the_same_book_and_another_seed_another_installation() {
    let text = |book: &Book| {
        let accounts: Vec<_> = book.portfolios().iter().map(|p| (p.clone(), book.account(&p.id).cloned())).collect();
        format!("{accounts:?} {:?} {:?} {:?}", book.securities(), book.prices(), book.strategies())
    };
    assert_eq!(text(&book(SEED, 40)), text(&book(SEED, 40)));
    let ids = |seed| book(seed, 40).securities().iter().map(|security| security.id.clone()).collect::<HashSet<_>>();
    assert!(ids(SEED).is_disjoint(&ids(SEED + 1)));
}

#[test]
fn every_kind_of_portfolio_is_there_and_is_what_it_is_called() {
    let book = book(SEED, 300);
    let mut counts = BTreeMap::new();
    for portfolio in book.portfolios() {
        let kind = portfolio.kind.unwrap();
        *counts.entry(kind.name()).or_insert(0) += 1;
        let account = book.account(&portfolio.id);
        let rows = || account.unwrap().positions.values();
        let whole = |amount: Amount| amount.units() % Amount::whole(1).units() == 0;
        let holds = match kind {
            PortfolioKind::Unfunded => account.is_none(),
            PortfolioKind::New => {
                account.unwrap().positions.is_empty() && account.unwrap().cash_balance() > Amount::ZERO
            }
            PortfolioKind::Drifted => rows().all(|row| row.long > Amount::ZERO && whole(row.long)),
            PortfolioKind::Fractional => rows().any(|row| !whole(row.long)),
            PortfolioKind::Short => rows().any(|row| row.short > Amount::ZERO && row.long == Amount::ZERO),
            PortfolioKind::Overdrawn => account.unwrap().cash_balance() < Amount::ZERO,
            PortfolioKind::ZeroRows => rows().any(|row| row.net() == Amount::ZERO),
        };
        assert!(holds, "{portfolio:?}: {account:?}");
        assert!(is_object_id(&portfolio.id));
    }
    assert_eq!(counts.len(), 7);
    assert_eq!(counts["drifted"] + counts["new"], 210);
}

#[test]
fn sizes_span_the_range_and_every_funded_portfolio_is_solvent() {
    let book = book(SEED, 300);
    let values: Vec<_> = book
        .portfolios()
        .iter()
        .filter_map(|portfolio| market_value(&book, &portfolio.id))
        .map(|(cash, worth)| cash + worth)
        .collect();
    assert_eq!(values.len(), 285);
    let (least, most) = (values.iter().min().unwrap(), values.iter().max().unwrap());
    assert!(*least >= Amount::whole(8_000) && *least < Amount::whole(30_000), "{least}");
    assert!(*most > Amount::whole(10_000_000) && *most < Amount::whole(60_000_000), "{most}");
}

#[test]
fn only_overdrawn_portfolios_owe_cash_and_drifted_ones_are_mostly_invested() {
    let book = book(SEED, 300);
    for portfolio in book.portfolios() {
        let Some((cash, worth)) = market_value(&book, &portfolio.id) else { continue };
        assert_eq!(cash < Amount::ZERO, portfolio.kind == Some(PortfolioKind::Overdrawn), "{portfolio:?}");
        // Whole shares leave small portfolios with more cash.
        if portfolio.kind == Some(PortfolioKind::Drifted) && cash + worth > Amount::whole(100_000) {
            assert!(worth.units() * 100 > (cash + worth).units() * 60, "{portfolio:?}: {cash} of {}", cash + worth);
        }
    }
}

#[test]
fn hundred_portfolios_share_a_strategy_of_priced_securities() {
    let book = book(SEED, 300);
    assert_eq!(book.strategies().len(), 3);
    assert_eq!(book.portfolios()[299].strategy, Some(2));
    for strategy in book.strategies() {
        let ids: HashSet<_> = strategy.positions.iter().map(|position| &position.security_id).collect();
        assert_eq!(ids.len(), 50);
        assert_eq!(strategy.positions.iter().map(|position| position.target_thousandths).sum::<u32>(), 950);
        assert!(strategy.positions.iter().all(|position| book.price(&position.ticker).is_some()));
    }
    assert!(book.strategies()[0].positions.iter().any(|position| position.ticker == "AAPL"));
}
