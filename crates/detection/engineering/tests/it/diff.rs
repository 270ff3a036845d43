use aurora_engineering::diff::diff;
use expect_test::{Expect, expect};

use crate::rules::{FAILED, MANY, set};

fn check(before: &[&str], after: &[&str], expected: Expect) {
    let found = diff(&set(before), &set(after));
    let mut text = String::new();
    for rule in &found.added {
        text += &format!("added {}\n", rule.title);
    }
    for rule in &found.removed {
        text += &format!("removed {}\n", rule.title);
    }
    for rule in &found.rewritten {
        text += &format!("rewritten {}\n", rule.title);
    }
    for rule in &found.changed {
        text += &format!("changed {}: {}\n", rule.title, rule.detects_otherwise);
        for edit in &rule.edits {
            let (before, after) = (edit.before.as_deref(), edit.after.as_deref());
            text += &format!("  {}: {before:?} -> {after:?}\n", edit.what);
        }
    }
    text += &format!("{} unchanged\n", found.unchanged);
    expected.assert_eq(&text);
}

#[test]
fn what_means_the_same_is_only_rewritten() {
    let rewritten = FAILED.replace("level: low\n", "level: low   # for now\n");
    check(
        &[FAILED],
        &[&rewritten],
        expect![[r"
            rewritten Failed logon
            0 unchanged
        "]],
    );
}

#[test]
fn changes_are_told_part_by_part() {
    let changed = FAILED
        .replace("level: low", "level: medium")
        .replace("        status_id: 2\n", "        status_id: [2, 99]\n")
        .replace("condition: selection", "condition: selection and not known")
        .replace(
            "    condition",
            "    known:\n        user.name: backup\n    condition",
        );
    check(
        &[FAILED],
        &[&changed],
        expect![[r#"
            changed Failed logon: true
              condition: Some("selection") -> Some("selection and not known")
              selection: status_id: Some("2") -> Some("2 or 99")
              known: user.name: None -> Some("backup")
              level: Some("low") -> Some("medium")
            0 unchanged
        "#]],
    );
}

#[test]
fn correlations_are_compared_too() {
    let longer = MANY.replace("timespan: 10m", "timespan: 1h");
    check(
        &[FAILED, MANY],
        &[FAILED, &longer],
        expect![[r#"
            changed Many failed logons: true
              timespan: Some("600s") -> Some("3600s")
            1 unchanged
        "#]],
    );
    check(
        &[FAILED],
        &[FAILED, MANY],
        expect![[r"
            added Many failed logons
            1 unchanged
        "]],
    );
}
