//! Names of ATT&CK's tactics and techniques: `content/attack/`.

use std::collections::BTreeMap;

const TACTICS: &str = include_str!("../../../../content/attack/tactics.tsv");
const TECHNIQUES: &str = include_str!("../../../../content/attack/techniques.tsv");

/// The version of ATT&CK that the tables were taken from.
pub const VERSION: &str = "17";

/// The tables, read once.
#[derive(Clone, Debug)]
pub struct Attack {
    /// In the order of an attack.
    pub tactics: Vec<Tactic>,
    techniques: BTreeMap<&'static str, Technique>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tactic {
    /// `TA0002`.
    pub id: &'static str,
    /// As tags and the Navigator write it: `privilege-escalation`.
    pub short: &'static str,
    pub name: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    pub name: &'static str,
    /// Ids of tactics.
    pub tactics: Vec<&'static str>,
}

impl Attack {
    pub fn shipped() -> Self {
        let tactics = rows(TACTICS).map(|[id, short, name]| Tactic { id, short, name });
        let techniques = rows(TECHNIQUES).map(|[id, name, tactics]| {
            let tactics = tactics.split(',').collect();
            (id, Technique { name, tactics })
        });
        Self {
            tactics: tactics.collect(),
            techniques: techniques.collect(),
        }
    }

    pub fn technique(&self, id: &str) -> Option<&Technique> {
        self.techniques.get(id)
    }

    /// How many techniques the tactic has, without sub-techniques.
    pub fn techniques_of(&self, tactic: &str) -> usize {
        let own = self.techniques.iter();
        own.filter(|(id, known)| !id.contains('.') && known.tactics.contains(&tactic))
            .count()
    }
}

/// Rows of three cells below comments and a heading.
fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.filter_map(|line| {
        let mut cells = line.split('\t');
        Some([cells.next()?, cells.next()?, cells.next()?])
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_tables_agree_with_each_other() {
        let attack = Attack::shipped();
        assert_eq!(attack.tactics.len(), 17);
        assert!(attack.techniques.len() > 600);
        let known: Vec<_> = attack.tactics.iter().map(|tactic| tactic.id).collect();
        for (id, technique) in &attack.techniques {
            assert!(!technique.name.is_empty(), "{id}");
            for tactic in &technique.tactics {
                assert!(known.contains(tactic), "{id}: {tactic}");
            }
        }
        assert_eq!(attack.technique("T1059.001").unwrap().name, "PowerShell");
        assert!(attack.techniques_of("TA0002") > 10);
    }
}
