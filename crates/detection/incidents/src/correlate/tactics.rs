//! ATT&CK's tactics in the order of the kill chain.

/// A tactic of ATT&CK for Enterprise; ordered by its place in the kill chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tactic(u8);

/// Id and name, first to last. Command and control stands after collection because an implant that
/// only calls home has gone less far than data on its way out.
const CHAIN: &[(&str, &str)] = &[
    ("TA0043", "Reconnaissance"),
    ("TA0042", "Resource Development"),
    ("TA0001", "Initial Access"),
    ("TA0002", "Execution"),
    ("TA0003", "Persistence"),
    ("TA0004", "Privilege Escalation"),
    ("TA0005", "Defense Evasion"),
    ("TA0006", "Credential Access"),
    ("TA0007", "Discovery"),
    ("TA0008", "Lateral Movement"),
    ("TA0009", "Collection"),
    ("TA0011", "Command and Control"),
    ("TA0010", "Exfiltration"),
    ("TA0040", "Impact"),
];

impl Tactic {
    /// Of an ATT&CK id; `None` for techniques and for what is not of the enterprise matrix.
    pub fn of(id: &str) -> Option<Self> {
        let place = CHAIN.iter().position(|(known, _)| *known == id)?;
        u8::try_from(place).ok().map(Self)
    }

    pub fn id(self) -> &'static str {
        CHAIN[usize::from(self.0)].0
    }

    pub fn name(self) -> &'static str {
        CHAIN[usize::from(self.0)].1
    }

    /// From lateral movement on, more than one machine or more than one secret is concerned.
    pub fn is_late(self) -> bool {
        Self::of("TA0008").is_some_and(|lateral| self >= lateral)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_chain_has_an_order() {
        let of = |id| Tactic::of(id).unwrap();
        assert!(of("TA0001") < of("TA0002"));
        assert!(of("TA0011") < of("TA0010") && of("TA0010") < of("TA0040"));
        assert!(of("TA0010").is_late() && !of("TA0006").is_late());
        assert_eq!(Tactic::of("T1059"), None);
    }
}
