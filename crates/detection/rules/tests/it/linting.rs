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

#[test]
fn correlations_and_filters_are_looked_at_too() {
    let rule = "title: t\nid: 929a690e-bef0-4204-a928-ef5e620d6fcc\nname: base\nlevel: low\nauthor: me\n\
        logsource:\n  category: process_creation\n  product: windows\n\
        detection:\n  s:\n    Image: a\n  condition: s\n";
    let head = |n: u32| {
        format!(
            "---\ntitle: t{n}\nid: {n}29a690e-bef0-4204-a928-ef5e620d6fcc\nlevel: low\nauthor: me\n"
        )
    };
    let logsource = "logsource:\n  category: process_creation\n  product: windows\n";
    check(
        &format!(
            "{rule}{}correlation:\n  type: value_count\n  rules: [base]\n  group-by: [who]\n  timespan: 1h\n  \
             aliases:\n    who: {{base: User}}\n  condition: {{field: Image, gte: 3}}\n{}{logsource}filter:\n  \
             rules: [base]\n  s:\n    Image: b\n  condition: not s\n",
            head(1),
            head(2)
        ),
        expect![""],
    );
    check(
        &format!(
            "{rule}---\ntitle: c\nstatus: unsupported\ncorrelation:\n  type: event_count\n  rules: [base]\n  \
             timespan: 1h\n  aliases:\n    who: {{base: User}}\n  condition: {{gte: 1}}\n\
             {}correlation:\n  type: temporal\n  rules: [base]\n  group-by: [Usr]\n  timespan: 1h\n\
             ---\ntitle: f\n{logsource}filter:\n  rules: any\n  s:\n    Imag|re: '.'\n  u:\n    Image: x\n  condition: s\n\
             {}logsource:\n  product: macos\nfilter:\n  rules: any\n  s:\n    f: x\n  condition: not s\n",
            head(1),
            head(2)
        ),
        expect![[r#"
            NoId r.yml:14: no `id`: its alerts lose their history when its text changes
            NoLevel r.yml:14: no `level`: its alerts have unknown severity
            NoAuthor r.yml:14: no `author`: nobody can be asked about its alerts
            Deprecated r.yml:14: the status is unsupported
            NoGroup r.yml:14: no `group-by`: matches of all hosts and users share one window
            NothingCorrelated r.yml:14: a single match of its only rule fires it: nothing is correlated
            UnusedAlias r.yml:21: alias `who` is neither in `group-by` nor in the condition
            NothingCorrelated r.yml:24: a single match of its only rule fires it: nothing is correlated
            UnknownField r.yml:30: no source of this logsource is known to write `Usr`; did you mean `User`?
            NoId r.yml:34: no `id`: its alerts lose their history when its text changes
            NoAuthor r.yml:34: no `author`: nobody can be asked about its alerts
            UnusedSelection r.yml:42: selection `u` is in no condition
            UnknownField r.yml:41: no source of this logsource is known to write `Imag`; did you mean `Image`?
            RegexWithoutLiteral r.yml:41: `.` has no three literal characters in a row
            FilterKeeps r.yml:34: the condition has no `not`: its rules fire only on events that it selects; an exclusion is `not selection`
            FilterOfNothing r.yml:46: no rule of this set is under the filter"#]],
    );
}
