//! The store ports on [`Faulty`].

use super::{Fault, Faulty};
use async_trait::async_trait;
use domain::rebalance::{PortfolioRebalance, Rebalance, RebalanceHeader};
use domain::{Model, ModelId, PortfolioId, RebalanceId, Timestamp, Version};
use futures::{FutureExt, StreamExt, stream};
use ports::{
    Claim, ClaimRequest, DateChange, HeldClaim, IdempotencyStore, ModelSort, ModelStore, ModelStoreError, Page,
    PortfolioStream, RebalanceSort, RebalanceStore, RebalanceStoreError, ResourceId, Slice, StoreError, StoreHealth,
};

#[async_trait]
impl<S: ModelStore + ?Sized> ModelStore for Faulty<S> {
    async fn insert(&self, model: &Model) -> Result<(), ModelStoreError> {
        self.plan.carry_out("insert", self.inner.insert(model)).await
    }

    async fn get(&self, id: ModelId) -> Result<Option<Model>, StoreError> {
        self.plan.carry_out("get", self.inner.get(id)).await
    }

    async fn with_portfolio(&self, portfolio_id: &PortfolioId) -> Result<Vec<Model>, StoreError> {
        self.plan.carry_out("with_portfolio", self.inner.with_portfolio(portfolio_id)).await
    }

    async fn list(&self, sort: &ModelSort, slice: Slice) -> Result<Page<Model>, StoreError> {
        self.plan.carry_out("list", self.inner.list(sort, slice)).await
    }

    async fn replace(&self, model: &Model, expected: Version, date: DateChange) -> Result<(), ModelStoreError> {
        self.plan.carry_out("replace", self.inner.replace(model, expected, date)).await
    }

    async fn mark_rebalanced(&self, id: ModelId, date: Timestamp) -> Result<(), ModelStoreError> {
        self.plan.carry_out("mark_rebalanced", self.inner.mark_rebalanced(id, date)).await
    }

    async fn delete(&self, id: ModelId, expected: Version) -> Result<(), ModelStoreError> {
        self.plan.carry_out("delete", self.inner.delete(id, expected)).await
    }
}

#[async_trait]
impl<S: RebalanceStore + ?Sized + 'static> RebalanceStore for Faulty<S> {
    async fn append(&self, rebalance: &Rebalance) -> Result<(), StoreError> {
        self.plan.carry_out("append", self.inner.append(rebalance)).await
    }

    async fn header(&self, id: RebalanceId) -> Result<Option<RebalanceHeader>, StoreError> {
        self.plan.carry_out("header", self.inner.header(id)).await
    }

    async fn list(
        &self,
        portfolios: Option<&[PortfolioId]>,
        sort: RebalanceSort,
        slice: Slice,
    ) -> Result<Page<RebalanceHeader>, StoreError> {
        self.plan.carry_out("list", self.inner.list(portfolios, sort, slice)).await
    }

    /// A planned fault comes at the first poll; [`Fault::TimeoutAfterwards`] comes after the last portfolio.
    fn portfolios(&self, id: RebalanceId, slice: Slice) -> PortfolioStream {
        let (plan, rows) = (self.plan.clone(), self.inner.portfolios(id, slice));
        let opened = async move {
            let (fault, gate) = plan.enter("portfolios");
            if let Some(mut gate) = gate {
                // A dropped gate is an open one.
                let _ = gate.wait_for(|open| *open).await;
            }
            let failure = move || stream::iter(fault.map(|fault| Err(fault.error())));
            match fault {
                None => rows,
                Some(Fault::TimeoutAfterwards) => rows.chain(failure()).boxed(),
                Some(_) => failure().boxed(),
            }
        };
        opened.flatten_stream().boxed()
    }

    async fn portfolio(
        &self,
        id: RebalanceId,
        portfolio_id: &PortfolioId,
    ) -> Result<Option<PortfolioRebalance>, StoreError> {
        self.plan.carry_out("portfolio", self.inner.portfolio(id, portfolio_id)).await
    }

    async fn delete(&self, id: RebalanceId, expected: Version) -> Result<(), RebalanceStoreError> {
        self.plan.carry_out("delete", self.inner.delete(id, expected)).await
    }
}

#[async_trait]
impl<S: IdempotencyStore + ?Sized> IdempotencyStore for Faulty<S> {
    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.plan.carry_out("claim", self.inner.claim(request)).await
    }

    async fn complete(&self, claim: &HeldClaim, status: u16, resource_id: ResourceId) -> Result<(), StoreError> {
        self.plan.carry_out("complete", self.inner.complete(claim, status, resource_id)).await
    }

    async fn release(&self, claim: &HeldClaim) -> Result<(), StoreError> {
        self.plan.carry_out("release", self.inner.release(claim)).await
    }

    async fn purge(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.plan.carry_out("purge", self.inner.purge(now)).await
    }
}

#[async_trait]
impl<S: StoreHealth + ?Sized> StoreHealth for Faulty<S> {
    async fn ping(&self) -> Result<Option<u64>, StoreError> {
        self.plan.carry_out("ping", self.inner.ping()).await
    }
}
