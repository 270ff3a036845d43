//! ATT&CK ids from Sigma tags.

/// Enterprise and ICS tactics by the names that tags use. ATT&CK 19 calls TA0005 Stealth and has
/// TA0112 beside it; older rules still say Defense Evasion.
const TACTICS: [(&str, &str); 18] = [
    ("reconnaissance", "TA0043"),
    ("resource-development", "TA0042"),
    ("initial-access", "TA0001"),
    ("execution", "TA0002"),
    ("persistence", "TA0003"),
    ("privilege-escalation", "TA0004"),
    ("defense-evasion", "TA0005"),
    ("stealth", "TA0005"),
    ("defense-impairment", "TA0112"),
    ("credential-access", "TA0006"),
    ("discovery", "TA0007"),
    ("lateral-movement", "TA0008"),
    ("collection", "TA0009"),
    ("command-and-control", "TA0011"),
    ("exfiltration", "TA0010"),
    ("impact", "TA0040"),
    ("inhibit-response-function", "TA0107"),
    ("impair-process-control", "TA0106"),
];

/// `attack.t1059.001` is `T1059.001`, `attack.execution` is `TA0002`, `attack.s0002` is `S0002`.
/// Other tags are no ATT&CK ids.
pub(crate) fn ids(tags: &[String]) -> Vec<String> {
    tags.iter().filter_map(|tag| id(tag)).collect()
}

fn id(tag: &str) -> Option<String> {
    let tag = tag.to_ascii_lowercase();
    let name = tag.strip_prefix("attack.")?;
    let tactic = name.replace('_', "-");
    if let Some((_, id)) = TACTICS.iter().find(|(known, _)| *known == tactic) {
        return Some((*id).to_owned());
    }
    let digits = name
        .trim_start_matches("ta")
        .trim_start_matches(['t', 's', 'g', 'c', 'm']);
    let numbered = digits.len() < name.len()
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    numbered.then(|| name.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_ids() {
        for (tag, expected) in [
            ("attack.t1059.001", Some("T1059.001")),
            ("attack.T1003", Some("T1003")),
            ("attack.command_and_control", Some("TA0011")),
            ("attack.defense-evasion", Some("TA0005")),
            ("attack.ta0005", Some("TA0005")),
            ("attack.s0002", Some("S0002")),
            ("attack.g0016", Some("G0016")),
            ("attack.surprise", None),
            ("cve.2021-44228", None),
            ("detection.threat-hunting", None),
        ] {
            assert_eq!(id(tag).as_deref(), expected, "{tag}");
        }
    }
}
