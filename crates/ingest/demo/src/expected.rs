//! `expected.tsv`: which rules the story makes fire.

use crate::Error;
use crate::files::File;

/// A rule, and how many alerts the story gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The rule's file below `content/rules`, without its ending.
    pub rule: String,
    pub alerts: u32,
}

/// Lines of `alerts<TAB>rule`; `#` starts a comment line.
pub(crate) fn read((file, text): File) -> Result<Vec<Expected>, Error> {
    let lines = text.lines().zip(1..);
    let rows = lines.filter(|(text, _)| !text.is_empty() && !text.starts_with('#'));
    rows.map(|(text, line)| {
        let row = text.split_once('\t').and_then(|(alerts, rule)| {
            Some(Expected {
                rule: rule.to_owned(),
                alerts: alerts.parse().ok()?,
            })
        });
        row.ok_or_else(|| Error {
            file,
            line,
            reason: "want a number, a tab and a rule".to_owned(),
        })
    })
    .collect()
}
