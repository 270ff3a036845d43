//! Loading a folder with everything that goes wrong in one.

use std::fs;

use aurora_model::{RuleId, Severity};
use aurora_rules::{Error, Options, ProblemKind, RuleSet, load};
use expect_test::expect;

const GOOD: &str = "title: Good\nid: 929a690e-bef0-4204-a928-ef5e620d6fcc\nlevel: high\n\
    tags: [attack.execution, attack.t1059]\nlogsource:\n  product: windows\n\
    detection:\n  s:\n    Image|endswith: a.exe\n  condition: s\n";

#[test]
fn one_bad_rule_never_stops_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("deep/er")).unwrap();
    fs::create_dir(path(".git")).unwrap();
    fs::write(path("a.yml"), GOOD).unwrap();
    fs::write(path("b_twin.yml"), GOOD).unwrap();
    fs::write(path("c_modifier.yaml"), GOOD.replace("endswith", "endwith")).unwrap();
    fs::write(path("d_yaml.yml"), "title: [unclosed\n").unwrap();
    fs::write(path("e_bytes.yml"), b"title: \xff\n").unwrap();
    fs::write(
        path("f_correlation.yml"),
        "title: Many\ncorrelation:\n  type: event_count\n",
    )
    .unwrap();
    fs::write(
        path("deep/er/g.yml"),
        GOOD.replace("id: 929a690e", "id: 029a690e"),
    )
    .unwrap();
    fs::write(path(".git/h.yml"), "not a rule").unwrap();
    fs::write(path("notes.txt"), "not a rule").unwrap();
    let two =
        format!("{GOOD}---\n{GOOD}").replace("id: 929a690e-bef0-4204-a928-ef5e620d6fcc\n", "");
    fs::write(path("i_two.yml"), two.replacen("Good", "First", 1)).unwrap();
    let set = load(folder.path(), Options::default()).unwrap();
    let files: Vec<&str> = set.rules().iter().map(|rule| &*rule.file).collect();
    assert_eq!(files, ["a.yml", "deep/er/g.yml", "i_two.yml", "i_two.yml"]);
    let problems: Vec<String> = set
        .problems()
        .iter()
        .map(|problem| format!("{:?} {problem}", problem.kind))
        .collect();
    expect![[r#"
        Unreadable e_bytes.yml:1:1: not UTF-8 after byte 7: save the file as UTF-8
        DuplicateId b_twin.yml:1:1: the id 929a690e-bef0-4204-a928-ef5e620d6fcc is already that of a.yml
        Invalid c_modifier.yaml:9:11: unknown modifier `endwith`; did you mean `endswith`?; known: all, base64, base64offset, cased, cidr, contains, day, endswith, exists, expand, fieldref, gt, gte, hour, i, lt, lte, minute, month, m, neq, re, s, startswith, utf16, utf16be, utf16le, week, wide, windash, year
        Invalid d_yaml.yml:2:1: not readable as YAML: while parsing a flow sequence, expected ',' or ']'
        Invalid f_correlation.yml:3:3: `rules` is missing from the correlation section"#]].assert_eq(&problems.join("\n"));
    assert!(
        set.problems()
            .iter()
            .any(|problem| problem.kind == ProblemKind::Unreadable)
    );
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let missing = std::path::Path::new("no/such/folder");
    assert!(matches!(
        load(missing, Options::default()),
        Err(Error::Folder { .. })
    ));
}

#[test]
fn identity_and_revision_come_from_the_text() {
    let set = |text: &str| RuleSet::from_texts([("r.yml", text)], Options::default());
    let rule = |text: &str| set(text).rules()[0].clone();
    let good = rule(GOOD);
    assert_eq!(
        good.id,
        RuleId("929a690e-bef0-4204-a928-ef5e620d6fcc".to_owned())
    );
    assert_eq!(
        (good.severity, good.attack.join(" ")),
        (Severity::High, "TA0002 T1059".to_owned())
    );
    assert_eq!(good.revision.len(), 32);
    assert_eq!(rule(&GOOD.replace('\n', "\r\n")).revision, good.revision);
    assert_eq!(rule(&format!("{GOOD}\n\n")).revision, good.revision);
    assert_eq!(
        rule(&format!("{GOOD}---\n{}", GOOD.replace("id: 9", "id: 8"))).revision,
        good.revision
    );
    assert_ne!(
        rule(&GOOD.replace("a.exe", "b.exe")).revision,
        good.revision
    );
    let nameless = rule(&GOOD.replace("id: 929a690e-bef0-4204-a928-ef5e620d6fcc\n", ""));
    assert_eq!(nameless.id.0, nameless.revision);
    assert_ne!(
        set(GOOD).revision(),
        set(&GOOD.replace("a.exe", "b.exe")).revision()
    );
    assert_eq!(set(GOOD).revision(), set(GOOD).revision());
}
