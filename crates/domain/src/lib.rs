//! Models, holdings, prices and the rebalance record: values that are valid because they exist.
