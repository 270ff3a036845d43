//! Every case on every adapter of the records store.

use std::pin::Pin;
use std::sync::Arc;

use aurora_engines::{Postgres, PostgresOptions};
use aurora_records_postgres::{Options, PostgresRecords};
use aurora_records_sqlite::SqliteRecords;

use crate::lab::{Lab, start};
use crate::{accounts, keys, limits, linking, login, passkeys, sessions, step_up};

type Case = for<'l> fn(&'l Lab) -> Pin<Box<dyn Future<Output = ()> + 'l>>;

macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        /// By name.
        fn cases() -> Vec<(&'static str, Case)> {
            vec![$($((stringify!($case), |lab| Box::pin($module::$case(lab)))),+),+]
        }
    };
}

cases! {
    accounts: the_first_link_makes_the_first_administrator, names_are_given_once,
        the_last_administrator_stays, two_administrators_do_not_remove_each_other,
        a_disabled_account_opens_with_nothing, recovery_ends_everything_that_opened_it,
        aliases_are_one_human, roles_are_known_ones, old_accounts_are_read;
    login: a_password_with_a_code_opens_a_session, whatever_is_wrong_looks_the_same,
        a_code_is_not_taken_twice, a_password_needs_its_codes, somebody_keeps_a_way_in,
        every_login_has_a_session_of_its_own;
    limits: too_many_tries_are_not_looked_at, an_address_may_be_wrong_so_often,
        nobody_is_told_who_has_an_account;
    sessions: sessions_end, sessions_are_listed_and_revoked, rights_that_change_end_sessions,
        links_work_once, what_expired_is_swept;
    keys: a_key_is_its_owners_word, keys_end, nobody_touches_others_keys;
    passkeys: a_passkey_opens_a_session, answers_count_once_and_in_time,
        a_passkey_is_its_owners, an_authenticator_that_counts_back_is_a_copy,
        passkeys_of_another_site_are_not_taken;
    linking: groups_become_roles, nobody_slips_into_an_account_by_its_name,
        an_account_is_linked_by_its_owner, what_comes_back_is_checked;
    step_up: a_word_counts_for_its_action, a_code_counts_once, whoever_has_no_means_is_told;
}

fn run(store: &str, case: impl AsyncFnOnce()) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    println!("{store}");
    runtime.block_on(case());
}

#[test]
fn in_memory() {
    for (name, case) in cases() {
        run(name, async || case(&Lab::memory()).await);
    }
}

#[test]
fn on_sqlite() {
    run("SQLite", async || {
        let folder = tempfile::tempdir().unwrap();
        let clock = start();
        let path = folder.path().join("records.sqlite");
        let store = Arc::new(SqliteRecords::open(&path, clock.clone()).await.unwrap());
        for (name, case) in cases() {
            println!("{name}");
            case(&Lab::over(store.clone(), clock.clone())).await;
        }
    });
}

#[test]
fn on_postgresql() {
    let Some(server) = Postgres::start(PostgresOptions::default()).unwrap() else {
        return;
    };
    run("PostgreSQL", async || {
        let clock = start();
        let options = Options::new(server.database("people").unwrap());
        let store = Arc::new(PostgresRecords::open(options, clock.clone()).await.unwrap());
        for (name, case) in cases() {
            println!("{name}");
            case(&Lab::over(store.clone(), clock.clone())).await;
        }
    });
}
