//! The fakes keep the contract of the ports that they stand in for.

use port_contracts::contract::{Fixture, Provides};
use port_contracts::{Fault, FaultPlan, Faulty, MemoryIdempotencyStore, MemoryModelStore, MemoryRebalanceStore};
use ports::{IdempotencyStore, ModelStore, RebalanceStore, StoreHealth};
use std::sync::Arc;

/// All fakes, behind a plan without faults: so that the wrapper is shown to change nothing by itself.
#[derive(Default)]
struct Memory {
    models: Arc<MemoryModelStore>,
    rebalances: Arc<MemoryRebalanceStore>,
    idempotency: Arc<MemoryIdempotencyStore>,
}

impl Fixture for Memory {}

impl Provides<dyn ModelStore> for Memory {
    fn port(&self) -> Arc<dyn ModelStore> {
        Arc::new(Faulty::new(Arc::clone(&self.models), FaultPlan::default()))
    }
}

impl Provides<dyn StoreHealth> for Memory {
    fn port(&self) -> Arc<dyn StoreHealth> {
        Arc::new(Faulty::new(Arc::clone(&self.models), FaultPlan::default()))
    }
}

impl Provides<dyn RebalanceStore> for Memory {
    fn port(&self) -> Arc<dyn RebalanceStore> {
        Arc::new(Faulty::new(Arc::clone(&self.rebalances), FaultPlan::default()))
    }
}

impl Provides<dyn IdempotencyStore> for Memory {
    fn port(&self) -> Arc<dyn IdempotencyStore> {
        Arc::new(Faulty::new(Arc::clone(&self.idempotency), FaultPlan::default()))
    }
}

port_contracts::model_store_contract!(Memory::default());
port_contracts::rebalance_store_contract!(Memory::default());
port_contracts::idempotency_store_contract!(Memory::default());
port_contracts::store_health_contract!(Memory::default());

mod faults {
    //! Faults come when the plan says.

    use super::{Arc, Fault, FaultPlan, Faulty, MemoryModelStore, MemoryRebalanceStore, ModelStore, RebalanceStore};
    use futures::TryStreamExt;
    use port_contracts::builders::{model_builder, model_id, rebalance_builder, rebalance_id};
    use ports::{ModelStoreError, Slice, StoreError};

    #[tokio::test]
    async fn the_planned_call_fails_and_no_other() {
        let plan = FaultPlan::default();
        let store = Faulty::new(Arc::new(MemoryModelStore::default()), plan.clone());
        store.insert(&model_builder(1).build()).await.expect("the first");
        plan.fail_call("insert", 2, Fault::Full);
        store.insert(&model_builder(2).build()).await.expect("the first from then on");
        let failed = store.insert(&model_builder(3).build()).await;
        assert!(matches!(failed, Err(ModelStoreError::Store(StoreError::Full(_)))), "{failed:?}");
        store.insert(&model_builder(3).build()).await.expect("nothing had happened");
        assert_eq!(plan.calls("insert"), 4);
    }

    #[tokio::test]
    async fn a_timeout_afterwards_has_written() {
        let plan = FaultPlan::default();
        let store = Faulty::new(Arc::new(MemoryModelStore::default()), plan.clone());
        plan.fail_always("insert", Some(Fault::TimeoutAfterwards));
        let failed = store.insert(&model_builder(1).build()).await;
        assert!(matches!(failed, Err(ModelStoreError::Store(StoreError::Timeout(_)))), "{failed:?}");
        assert!(store.get(model_id(1)).await.expect("read").is_some());
    }

    #[tokio::test]
    async fn a_blocked_call_goes_on_when_its_gate_opens() {
        let plan = FaultPlan::default();
        let store = Arc::new(Faulty::new(Arc::new(MemoryRebalanceStore::default()), plan.clone()));
        let gate = plan.block("append");
        let (writer, rebalance) = (Arc::clone(&store), rebalance_builder(1).build());
        let writing = tokio::spawn(async move { writer.append(&rebalance).await });
        while plan.calls("append") == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(store.header(rebalance_id(1)).await.expect("read"), None);
        gate.open();
        writing.await.expect("it ran").expect("appended");
        assert!(store.header(rebalance_id(1)).await.expect("read").is_some());
    }

    #[tokio::test]
    async fn a_stream_fails_at_once_or_after_its_rows() {
        let plan = FaultPlan::default();
        let store = Faulty::new(Arc::new(MemoryRebalanceStore::default()), plan.clone());
        store.append(&rebalance_builder(1).portfolios([1, 2]).build()).await.expect("appended");
        for (fault, rows) in [(Fault::Unavailable, 0), (Fault::TimeoutAfterwards, 2)] {
            plan.fail_call("portfolios", 1, fault);
            let mut stream = store.portfolios(rebalance_id(1), Slice::ALL);
            for _ in 0..rows {
                assert!(stream.try_next().await.expect("a row").is_some());
            }
            assert!(stream.try_next().await.is_err(), "{fault:?}");
        }
    }
}
