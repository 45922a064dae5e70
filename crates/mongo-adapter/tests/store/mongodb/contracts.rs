//! The contract suites of the ports.

use crate::database::TestDatabase;

port_contracts::model_store_contract!(TestDatabase::new().await);
port_contracts::rebalance_store_contract!(TestDatabase::new().await);
port_contracts::idempotency_store_contract!(TestDatabase::new().await);
port_contracts::store_health_contract!(TestDatabase::new().await);
