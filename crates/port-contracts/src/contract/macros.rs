//! The macros that turn each obligation into a test, and the check that none is left out.

/// One test per obligation, in a module of its own so that two suites may stand in one file.
#[doc(hidden)]
#[macro_export]
macro_rules! obligations {
    ($module:ident, $suite:ident, $port:ident, $make:ident, $fixture:expr, $($obligation:ident),+ $(,)?) => {
        /// A fresh fixture; here, so that the expression finds the names of its file.
        async fn $make() -> impl $crate::contract::Provides<dyn $crate::ports::$port> {
            $fixture
        }

        mod $module {
            $(
                #[test]
                fn $obligation() {
                    $crate::contract::check(super::$make(), $crate::$suite::$obligation);
                }
            )+
        }
    };
}

/// Tests that a fixture's `dyn ModelStore` keeps each obligation: `model_store_contract!(Fixture::new())`.
#[macro_export]
macro_rules! model_store_contract {
    ($fixture:expr) => {
        $crate::obligations! {
            model_store_contract, model_store, ModelStore, model_store_fixture, $fixture,
            delete_removes_the_model,
            delete_frees_the_name,
            delete_refuses_another_version,
            delete_of_an_unknown_model_is_not_found,
            delete_succeeds_for_exactly_one_of_many,
            delete_and_replace_of_one_version_exclude_each_other,
            insert_stores_the_model_as_it_is,
            insert_keeps_the_scale_of_every_decimal,
            insert_keeps_the_order_of_positions_and_portfolios,
            insert_stores_the_largest_model,
            insert_refuses_a_taken_name,
            insert_compares_names_exactly,
            insert_succeeds_for_exactly_one_of_many_with_one_name,
            insert_takes_many_models_at_once,
            get_of_an_unknown_id_is_none,
            list_of_an_empty_store_is_empty,
            list_gives_whole_models,
            list_without_a_key_is_by_ascending_id,
            list_sorts_by_id,
            list_sorts_names_by_code_point,
            list_puts_models_that_were_never_rebalanced_first,
            list_sorts_by_creation,
            list_breaks_ties_by_ascending_id_in_both_directions,
            list_breaks_ties_of_models_never_rebalanced_by_ascending_id,
            list_weighs_several_keys_in_their_order,
            list_follows_replacements_marks_and_deletions,
            mark_rebalanced_moves_the_date_forward,
            mark_rebalanced_never_moves_the_date_back,
            mark_rebalanced_changes_nothing_else,
            mark_rebalanced_does_not_stop_an_editor,
            mark_rebalanced_of_an_unknown_model_is_not_found,
            mark_rebalanced_keeps_the_latest_of_many_at_once,
            list_cuts_the_sorted_rows,
            list_counts_all_models_whatever_the_part,
            pages_of_tied_rows_never_repeat_or_lose_one,
            a_list_without_a_limit_keeps_every_row_while_others_insert,
            a_walk_over_pages_keeps_every_row_while_others_write,
            replace_changes_definition_change_time_and_version,
            replace_stores_the_version_that_the_model_says,
            replace_keeps_the_time_of_creation,
            replace_keeps_the_stored_date_when_told_so,
            replace_keeps_a_date_that_a_rebalance_moved_meanwhile,
            replace_sets_the_date_it_is_given,
            replace_clears_the_date,
            replace_refuses_another_version,
            replace_of_an_unknown_model_is_not_found,
            replace_refuses_a_taken_name,
            replace_compares_names_exactly,
            replace_frees_the_old_name,
            replace_succeeds_for_exactly_one_of_many_writers,
            replace_loses_no_writer_that_tries_again,
            replace_gives_a_name_to_exactly_one_of_many_models,
            with_portfolio_gives_all_its_models_by_ascending_id,
            with_portfolio_compares_ids_exactly,
            with_portfolio_follows_replacements_and_deletions,
        }
    };
}

/// Tests that a fixture's `dyn RebalanceStore` keeps each obligation: `rebalance_store_contract!(Fixture::new())`.
#[macro_export]
macro_rules! rebalance_store_contract {
    ($fixture:expr) => {
        $crate::obligations! {
            rebalance_store_contract, rebalance_store, RebalanceStore, rebalance_store_fixture, $fixture,
            append_stores_header_and_portfolios,
            append_keeps_the_order_of_portfolios,
            append_keeps_decimals_of_34_digits_exactly,
            append_keeps_absent_fields_absent,
            append_keeps_empty_texts,
            append_keeps_failures_and_the_reserve,
            append_keeps_reasons_proofs_and_trades,
            append_keeps_portfolios_without_positions,
            append_stores_a_thousand_portfolios_of_fifty_positions,
            header_of_an_unknown_rebalance_is_none,
            append_repeated_stores_once,
            append_of_one_rebalance_many_times_at_once_stores_once,
            append_of_many_rebalances_at_once_keeps_them_apart,
            append_becomes_visible_all_at_once,
            delete_removes_the_rebalance_and_its_portfolios,
            delete_refuses_another_version,
            delete_of_an_unknown_rebalance_is_not_found,
            delete_succeeds_for_exactly_one_of_many,
            delete_makes_a_large_rebalance_invisible_at_once,
            list_of_an_empty_store_is_empty,
            list_gives_whole_headers,
            list_sorts_by_id,
            list_sorts_model_names_by_code_point,
            list_sorts_by_date,
            list_sorts_by_number_of_portfolios,
            list_breaks_ties_by_ascending_id_in_both_directions,
            list_cuts_the_sorted_rows_and_counts_them_all,
            list_of_portfolios_gives_rebalances_with_any_of_them,
            list_of_portfolios_is_sorted_and_cut_like_any_other,
            list_of_portfolios_does_not_count_failed_ones,
            a_walk_over_pages_keeps_every_rebalance_while_others_write,
            portfolios_gives_any_part_in_the_order_stored,
            portfolios_of_an_unknown_rebalance_is_empty,
            portfolios_may_be_left_half_read,
            portfolios_serves_many_readers_at_once,
            portfolio_gives_that_portfolio_of_that_rebalance,
            portfolio_that_does_not_exist_is_none,
            portfolio_that_failed_is_none,
        }
    };
}

/// Tests that a fixture's `dyn IdempotencyStore` keeps each obligation: `idempotency_store_contract!(Fixture::new())`.
#[macro_export]
macro_rules! idempotency_store_contract {
    ($fixture:expr) => {
        $crate::obligations! {
            idempotency_store_contract, idempotency_store, IdempotencyStore, idempotency_store_fixture, $fixture,
            the_first_claim_of_a_key_is_first,
            a_second_claim_while_the_first_runs_is_running,
            a_key_with_another_request_is_reused,
            fingerprints_are_compared_whole,
            keys_are_compared_exactly,
            exactly_one_of_many_first_claims_is_first,
            an_unfinished_claim_is_interrupted_from_the_end_of_its_time,
            an_interrupted_claim_is_held_by_the_one_who_took_it,
            exactly_one_of_many_claims_is_interrupted,
            an_expired_key_counts_as_never_used,
            an_expired_claim_that_never_ended_counts_as_never_used,
            exactly_one_of_many_claims_of_an_expired_key_is_first,
            purge_forgets_expired_keys_and_counts_them,
            purge_spares_a_key_that_was_claimed_anew,
            purge_forgets_many_keys,
            a_completed_request_is_done_with_its_answer,
            complete_remembers_the_resource_it_is_given,
            an_interrupted_request_can_be_completed,
            a_claim_that_was_taken_over_changes_nothing,
            complete_of_an_unknown_key_does_nothing,
            complete_concerns_one_key_only,
            release_forgets_a_claim,
            release_leaves_a_finished_request_alone,
            release_of_an_unknown_key_does_nothing,
            exactly_one_of_many_claims_after_a_release_is_first,
        }
    };
}

/// Tests that a fixture's `dyn StoreHealth` keeps each obligation: `store_health_contract!(Fixture::new())`.
#[macro_export]
macro_rules! store_health_contract {
    ($fixture:expr) => {
        $crate::obligations! {
            store_health_contract, store_health, StoreHealth, store_health_fixture, $fixture,
            ping_answers_within_two_seconds,
            ping_answers_many_at_once,
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The obligations in a source file: its public asynchronous functions.
    fn obligations(source: &str) -> impl Iterator<Item = &str> {
        source.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next())
    }

    #[test]
    fn each_obligation_is_in_the_macro_of_its_suite() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let macros = include_str!("macros.rs");
        for suite in ["model_store", "rebalance_store", "idempotency_store", "store_health"] {
            let start = macros.find(&format!("            {suite}_contract, {suite}, ")).expect("the macro");
            let body = macros[start..].split_once("\n        }\n").expect("its end").0;
            let listed: BTreeSet<String> =
                body.lines().skip(1).map(|line| line.trim().trim_end_matches(',').to_owned()).collect();
            let mut files = vec![sources.join(format!("{suite}.rs"))];
            if let Ok(folder) = std::fs::read_dir(sources.join(suite)) {
                files.extend(folder.map(|entry| entry.expect("an entry").path()));
            }
            let texts = files.iter().map(|file| std::fs::read_to_string(file).expect("a source file"));
            let written: BTreeSet<String> =
                texts.flat_map(|text| obligations(&text).map(str::to_owned).collect::<Vec<_>>()).collect();
            assert!(!written.is_empty(), "{suite} has no obligations");
            assert_eq!(listed, written, "{suite}");
        }
    }
}
