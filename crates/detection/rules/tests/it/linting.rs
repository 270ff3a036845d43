//! What an author is told.

use aurora_rules::{Options, RuleSet, lint};
use expect_test::{Expect, expect};

fn check(text: &str, expect: Expect) {
    let set = RuleSet::from_texts([("r.yml", text)], Options::default());
    assert_eq!(set.problems(), []);
    let lines: Vec<String> = lint::lint(&set)
        .into_iter()
        .map(|warning| format!("{:?} {warning}", warning.code))
        .collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn a_clean_rule_has_no_warnings() {
    check(
        "title: t\nid: 929a690e-bef0-4204-a928-ef5e620d6fcc\nlevel: low\nauthor: me\n\
         logsource:\n  category: process_creation\n  product: windows\n\
         detection:\n  s:\n    CommandLine|re: 'invoke-.*'\n    process.name: a\n  condition: s\n",
        expect![""],
    );
}

#[test]
fn each_oddity_is_named_with_its_line() {
    check(
        "title: t\nid: my-rule\nstatus: deprecated\nlogsource:\n  category: process_creation\n  product: windows\n\
         detection:\n  s:\n    CommandLin|contains|all: x\n    Image|re: '^.*[a-z]+\\.\\d{3}$'\n    User: '*'\n\
         \x20 unused:\n    Image: a\n  condition: s\n",
        expect![[r#"
            IdIsNoUuid r.yml:1: the id `my-rule` is no UUID
            NoLevel r.yml:1: no `level`: its alerts have unknown severity
            NoAuthor r.yml:1: no `author`: nobody can be asked about its alerts
            Deprecated r.yml:1: the status is deprecated
            UnusedSelection r.yml:12: selection `unused` is in no condition
            UnknownField r.yml:9: no source of this logsource is known to write `CommandLin`; did you mean `CommandLine`?
            AllOfOne r.yml:9: `all` on a single value: leave it out
            RegexWithoutLiteral r.yml:10: `^.*[a-z]+\.\d{3}$` has no three literal characters in a row
            MatchesAnything r.yml:11: `*` matches anything: `exists: true` says so"#]],
    );
    check(
        "title: t\nlevel: low\nauthor: me\nlogsource:\n  product: toaster\n\
         detection:\n  s:\n    Heat: max\n  condition: s\n",
        expect![[r#"
            NoId r.yml:1: no `id`: its alerts lose their history when its text changes
            UnknownLogsource r.yml:1: logsource product=toaster is in no table: events are found by these names alone"#]],
    );
}
