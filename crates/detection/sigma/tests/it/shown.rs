//! What an analyst is shown of a match.

use expect_test::expect;

use crate::{load, rule_text, run};

#[test]
fn a_match_names_what_spoke_for_it() {
    let rule = load(&rule_text(
        "selection_img:\n  - Image|endswith: ['\\cmd.exe', '\\powershell.exe']\n  - Product: Shell\n\
         selection_cli:\n  CommandLine|contains|all: ['-enc', 'aa']\n  Parent: null\n\
         filter_main_x:\n  User: root\n\
         condition: all of selection_* and not 1 of filter_main_*",
    ))
    .unwrap();
    let event = r#"{"Image":"C:\\PowerShell.exe","CommandLine":"x -ENC AAAA","User":"joe"}"#;
    expect![[r#"
        Some(
            Match {
                fields: [
                    MatchedField {
                        selection: "selection_img",
                        field: Some(
                            "Image",
                        ),
                        path: Some(
                            "Image",
                        ),
                        modifiers: "endswith",
                        patterns: [
                            "\\powershell.exe",
                        ],
                        value: "C:\\PowerShell.exe",
                    },
                    MatchedField {
                        selection: "selection_cli",
                        field: Some(
                            "CommandLine",
                        ),
                        path: Some(
                            "CommandLine",
                        ),
                        modifiers: "contains|all",
                        patterns: [
                            "-enc",
                            "aa",
                        ],
                        value: "x -ENC AAAA",
                    },
                    MatchedField {
                        selection: "selection_cli",
                        field: Some(
                            "Parent",
                        ),
                        path: Some(
                            "Parent",
                        ),
                        modifiers: "",
                        patterns: [
                            "null",
                        ],
                        value: "",
                    },
                ],
            },
        )
    "#]]
    .assert_debug_eq(&run(&rule, event));
}

#[test]
fn long_values_are_shortened() {
    let rule = load(&rule_text("s:\n  f|contains: a\ncondition: s")).unwrap();
    let event = format!(r#"{{"f":"{}"}}"#, "a".repeat(5000));
    let shown = run(&rule, &event).unwrap().fields.remove(0).value;
    assert_eq!(shown.chars().count(), aurora_sigma::MAX_SHOWN_CHARS + 1);
}
