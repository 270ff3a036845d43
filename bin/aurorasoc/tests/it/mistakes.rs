//! What somebody reads who made a mistake: what is wrong, and what to do about it.

use std::process::Command;

use expect_test::{Expect, expect};

use crate::support::Ran;

const RULE: &str = "title: Any whoami
id: 11111111-2222-4333-8444-555555555555
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    CommandLine|contains: whoami
  condition: selection
level: low
";

/// Runs in a folder with `rule.yml` and an empty `none/`; its data directory is named by the
/// variable, and no site runs there.
fn run(arguments: &str) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("rule.yml"), RULE).unwrap();
    std::fs::create_dir(dir.path().join("none")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_aurorasoc"));
    command
        .env_clear()
        .env("AURORASOC_DATA_DIR", "/nowhere/data")
        .current_dir(dir.path())
        .args(arguments.split_whitespace());
    Ran::of(command.output().unwrap())
}

fn check(arguments: &str, code: i32, expected: Expect) {
    let ran = run(arguments);
    expected.assert_eq(&format!("{}{}", ran.out, ran.err));
    assert_eq!(ran.code, code, "{arguments}");
}

#[test]
fn a_missing_word_is_named_and_nothing_else() {
    check(
        "incident show",
        2,
        expect![[r"
            error: the following required arguments were not provided:
              <INCIDENT>

            Usage: aurorasoc incident show <INCIDENT>

            For more information, try '--help'.
        "]],
    );
}

#[test]
fn a_group_without_a_command_lists_its_commands() {
    for group in [
        "",
        "rules",
        "incident",
        "indicators",
        "notify",
        "deadletter",
    ] {
        let ran = run(group);
        assert_eq!(ran.code, 2, "{group}: {ran:?}");
        assert!(ran.err.contains("\nCommands:\n"), "{group}: {ran:?}");
    }
}

#[test]
fn a_stopped_site_is_named() {
    check(
        "alerts",
        3,
        expect![[r"
            error: no site runs on the data directory `/nowhere/data`
            fix: run `aurorasoc up`
            AUR0008, docs/errors/AUR0008.md
        "]],
    );
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    check(
        "--data-dir /proc/none up",
        1,
        expect![[r"
            error: cannot write `/proc/none/run/site.log`: No such file or directory (os error 2)
            fix: name a directory that you can write to with --data-dir
        "]],
    );
}

#[test]
fn files_that_are_not_there_are_named() {
    let records =
        |name: &str| format!("error: there is no file `{name}`\nfix: name a file of records\n");
    for arguments in [
        "rules eval --rules rule.yml nothing.jsonl",
        "rules try rule.yml nothing.jsonl",
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.err), (4, records("nothing.jsonl")));
    }
    check(
        "rules test nothing.yml",
        4,
        expect![[r"
            error: there is no file `nothing.yml`
            fix: name a rule file, or a folder of rules
        "]],
    );
    check(
        "indicators import nothing.csv",
        4,
        expect![[r"
            error: there is no file `nothing.csv`
            fix: name a feed's file
        "]],
    );
}

#[test]
fn nothing_tested_is_not_a_success_in_words() {
    check(
        "rules test none",
        0,
        expect![[r"
            nothing was tested: 0 of 0 golden files passed, 0 failed
        "]],
    );
    check(
        "rules test --strict rule.yml",
        1,
        expect![[r"
            untested  Any whoami  rule.yml
            failed: 0 of 0 golden files passed, 0 failed; 1 rule without golden records
        "]],
    );
}

#[test]
fn a_range_without_time_is_refused_before_a_site_is_asked() {
    check(
        "rules backtest rule.yml --since 2026-02-02 --until 2026-02-01",
        2,
        expect![[r"
            error: there is no time between --since and --until
            fix: give a --since that is earlier than --until, and earlier than now
        "]],
    );
}

#[test]
fn an_id_is_asked_for_by_what_it_is_of() {
    check(
        "own zz",
        2,
        expect![[r"
            error: `zz` cannot be the id of an alert
            fix: give an id or at least 3 characters of its beginning; `aurorasoc alerts --all` lists them
        "]],
    );
}
