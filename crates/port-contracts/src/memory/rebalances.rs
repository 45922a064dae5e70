//! Rebalances in memory.

use super::{directed, locked};
use async_trait::async_trait;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{PortfolioId, RebalanceId, Version};
use futures::{StreamExt, stream};
use ports::{
    Page, PortfolioStream, RebalanceSort, RebalanceSortKey, RebalanceStore, RebalanceStoreError, Slice, StoreError,
};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A [`RebalanceStore`] that lives as long as its owner.
#[derive(Debug, Default)]
pub struct MemoryRebalanceStore {
    rebalances: Mutex<BTreeMap<RebalanceId, Arc<Rebalance>>>,
}

impl MemoryRebalanceStore {
    /// Everything that is stored, by ascending id.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Rebalance>> {
        locked(&self.rebalances).values().cloned().collect()
    }

    fn get(&self, id: RebalanceId) -> Option<Arc<Rebalance>> {
        locked(&self.rebalances).get(&id).cloned()
    }
}

fn compare(a: &RebalanceHeader, b: &RebalanceHeader, sort: RebalanceSort) -> Ordering {
    let ascending = match sort.key {
        RebalanceSortKey::Id => a.id.cmp(&b.id),
        RebalanceSortKey::ModelName => a.model_name.cmp(&b.model_name),
        RebalanceSortKey::Date => a.date.cmp(&b.date),
        RebalanceSortKey::NumberOfPortfolios => a.number_of_portfolios.cmp(&b.number_of_portfolios),
    };
    directed(sort.direction, ascending).then(a.id.cmp(&b.id))
}

#[async_trait]
impl RebalanceStore for MemoryRebalanceStore {
    async fn append(&self, rebalance: &Rebalance) -> Result<(), StoreError> {
        let whole = Arc::new(rebalance.clone());
        locked(&self.rebalances).entry(rebalance.header.id).or_insert(whole);
        Ok(())
    }

    async fn header(&self, id: RebalanceId) -> Result<Option<RebalanceHeader>, StoreError> {
        Ok(self.get(id).map(|rebalance| rebalance.header.clone()))
    }

    async fn list(
        &self,
        portfolios: Option<&[PortfolioId]>,
        sort: RebalanceSort,
        slice: Slice,
    ) -> Result<Page<RebalanceHeader>, StoreError> {
        let rebalances = locked(&self.rebalances);
        let wanted = |rebalance: &&Arc<Rebalance>| {
            portfolios.is_none_or(|ids| rebalance.portfolios.iter().any(|p| ids.contains(&p.portfolio_id)))
        };
        let mut headers: Vec<_> = rebalances.values().filter(wanted).map(|rebalance| &rebalance.header).collect();
        headers.sort_by(|a, b| compare(a, b, sort));
        Ok(Page { total: headers.len() as u64, items: slice.cut(&headers).iter().copied().cloned().collect() })
    }

    fn portfolios(&self, id: RebalanceId, slice: Slice) -> PortfolioStream {
        let rows = self.get(id).map(|rebalance| slice.cut(&rebalance.portfolios).to_vec()).unwrap_or_default();
        stream::iter(rows.into_iter().map(Ok)).boxed()
    }

    async fn portfolio(
        &self,
        id: RebalanceId,
        portfolio_id: &PortfolioId,
    ) -> Result<Option<PortfolioRebalance>, StoreError> {
        let found = self.get(id);
        Ok(found.and_then(|rebalance| rebalance.portfolios.iter().find(|p| p.portfolio_id == *portfolio_id).cloned()))
    }

    async fn delete(&self, id: RebalanceId, expected: Version) -> Result<(), RebalanceStoreError> {
        let mut rebalances = locked(&self.rebalances);
        let stored = rebalances.get(&id).ok_or(RebalanceStoreError::NotFound(id))?.header.version;
        if stored != expected {
            return Err(RebalanceStoreError::VersionConflict { id, expected, stored });
        }
        rebalances.remove(&id);
        Ok(())
    }
}
