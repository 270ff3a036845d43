use aurora_engineering::attack::Attack;
use aurora_engineering::coverage::{Covering, coverage, navigator, svg};
use aurora_model::{RuleId, Severity};
use expect_test::{Expect, expect};

fn rule(id: &str, severity: Severity, attack: &[&str]) -> Covering {
    Covering {
        id: RuleId(id.to_owned()),
        title: format!("Rule <{id}> & co"),
        severity,
        attack: attack.iter().map(|id| (*id).to_owned()).collect(),
    }
}

fn rules() -> Vec<Covering> {
    vec![
        rule("1", Severity::Low, &["TA0002", "T1059.001", "T1059.001"]),
        rule("2", Severity::High, &["TA0002", "T1059.001"]),
        // A technique of several tactics: under the one that the rule names.
        rule("3", Severity::High, &["TA0003", "T1053.005"]),
        // Without a tactic: under all of its own.
        rule("4", Severity::Medium, &["T1053.005"]),
        // A tactic that the table does not give the technique.
        rule("5", Severity::Medium, &["TA0112", "T1562.001"]),
        rule("6", Severity::Medium, &["TA0011"]),
        rule("7", Severity::Medium, &["T9999", "TA0001"]),
        rule("8", Severity::Medium, &[]),
    ]
}

fn check(expected: Expect) {
    let found = coverage(&Attack::shipped(), &rules());
    let mut text = format!(
        "{} rules, {} techniques, {} untagged\n",
        found.rules, found.techniques, found.untagged
    );
    for tactic in found.tactics.iter().filter(|tactic| tactic.rules > 0) {
        text += &format!("{} {} {}\n", tactic.id, tactic.name, tactic.rules);
        for technique in &tactic.techniques {
            let rules: Vec<_> = technique.rules.iter().map(|r| r.id.0.as_str()).collect();
            text += &format!("  {} {} {rules:?}\n", technique.id, technique.name);
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn rules_stand_under_the_tactics_they_mean() {
    check(expect![[r#"
        8 rules, 4 techniques, 2 untagged
        TA0001 Initial Access 1
          T9999  ["7"]
        TA0002 Execution 3
          T1053.005 Scheduled Task ["4"]
          T1059.001 PowerShell ["2", "1"]
        TA0003 Persistence 2
          T1053.005 Scheduled Task ["3", "4"]
        TA0004 Privilege Escalation 1
          T1053.005 Scheduled Task ["4"]
        TA0112 Defense Impairment 1
          T1562.001 Disable or Modify Tools ["5"]
        TA0011 Command and Control 1
    "#]]);
}

#[test]
fn the_layer_is_one_that_the_navigator_reads() {
    let attack = Attack::shipped();
    let layer = navigator(&attack, &coverage(&attack, &rules()), "ours");
    assert_eq!(layer["versions"]["layer"], "4.5");
    assert_eq!(layer["domain"], "enterprise-attack");
    let techniques = layer["techniques"].as_array().unwrap();
    let shell = techniques
        .iter()
        .find(|one| one["techniqueID"] == "T1059.001")
        .unwrap();
    assert_eq!(
        (&shell["tactic"], &shell["score"]),
        (&"execution".into(), &2.into())
    );
    // A tactic of a later ATT&CK would make the Navigator refuse the layer.
    assert!(
        techniques
            .iter()
            .all(|one| one["tactic"] != "defense-impairment")
    );
}

#[test]
fn the_picture_is_well_formed_whatever_rules_are_called() {
    let picture = svg(&coverage(&Attack::shipped(), &rules()), "a < b");
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    assert!(picture.contains("Rule &lt;2&gt; &amp; co") && picture.contains("a &lt; b"));
    assert_eq!(
        picture.matches("<g>").count(),
        picture.matches("</g>").count()
    );
    assert!(!picture.contains("<script"));
}
