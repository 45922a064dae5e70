//! The obligations of [`ModelStore`].

mod delete;
mod insert;
mod list;
mod mark_rebalanced;
mod paging;
mod replace;
mod with_portfolio;

pub use delete::*;
pub use insert::*;
pub use list::*;
pub use mark_rebalanced::*;
pub use paging::*;
pub use replace::*;
pub use with_portfolio::*;

use crate::contract::Subject;
use domain::{Model, ModelId, Version};
use ports::{Direction, ModelSort, ModelSortKey, ModelStore, Slice};

type Store = Subject<dyn ModelStore>;

/// A version of at least 1.
fn version(number: u32) -> Version {
    Version::new(number).expect("a version of at least 1")
}

/// Stores all of `models`.
async fn insert_all(store: &Store, models: impl IntoIterator<Item = Model>) {
    for model in models {
        store.insert(&model).await.expect("inserted");
    }
}

/// What is stored under `id`, which must be there.
async fn get(store: &Store, id: ModelId) -> Model {
    store.get(id).await.expect("read").expect("the model is there")
}

/// Ids of a part of the list.
async fn ids(store: &Store, sort: &ModelSort, slice: Slice) -> Vec<ModelId> {
    store.list(sort, slice).await.expect("listed").items.iter().map(|model| model.id).collect()
}

/// One sort key.
fn by(key: ModelSortKey, direction: Direction) -> ModelSort {
    vec![(key, direction)]
}
