//! `with_portfolio`.

use super::{Store, insert_all, version};
use crate::builders::{at, model_builder, model_id, portfolio_id};
use domain::{ModelId, PortfolioId};
use ports::DateChange;

async fn models_of(store: &Store, portfolio: &PortfolioId) -> Vec<ModelId> {
    store.with_portfolio(portfolio).await.expect("read").iter().map(|model| model.id).collect()
}

/// “All models that list this portfolio, by ascending id.”
pub async fn with_portfolio_gives_all_its_models_by_ascending_id(store: Store) {
    for (n, portfolios) in [(4, vec![1, 2]), (1, vec![2]), (3, vec![3, 2, 1]), (2, vec![9])] {
        insert_all(&store, [model_builder(n).portfolios(portfolios).build()]).await;
    }
    assert_eq!(models_of(&store, &portfolio_id(2)).await, [model_id(1), model_id(3), model_id(4)]);
    assert_eq!(models_of(&store, &portfolio_id(9)).await, [model_id(2)]);
    assert_eq!(models_of(&store, &portfolio_id(7)).await, []);
}

/// Ids of portfolios are compared exactly: their case matters.
pub async fn with_portfolio_compares_ids_exactly(store: Store) {
    insert_all(&store, [model_builder(1).portfolios([0xabc]).build()]).await;
    let upper: PortfolioId = portfolio_id(0xabc).as_str().to_uppercase().parse().expect("an id");
    assert_eq!(models_of(&store, &upper).await, []);
    assert_eq!(models_of(&store, &portfolio_id(0xabc)).await, [model_id(1)]);
}

/// The models are whole, and as they are now.
pub async fn with_portfolio_follows_replacements_and_deletions(store: Store) {
    insert_all(&store, [model_builder(1).portfolios([1, 2]).build(), model_builder(2).portfolios([1]).build()]).await;
    let moved = model_builder(1).portfolios([2, 3]).version(2).updated(at(5)).build();
    store.replace(&moved, version(1), DateChange::Keep).await.expect("replaced");
    assert_eq!(models_of(&store, &portfolio_id(1)).await, [model_id(2)]);
    assert_eq!(store.with_portfolio(&portfolio_id(2)).await.expect("read"), std::slice::from_ref(&moved));
    assert_eq!(store.with_portfolio(&portfolio_id(3)).await.expect("read"), [moved]);
    store.delete(model_id(2), version(1)).await.expect("deleted");
    assert_eq!(models_of(&store, &portfolio_id(1)).await, []);
}
