//! Rule files parted by NULs, loaded together: collections, filters and correlations that refer to
//! one another in any way. Whatever leads nowhere must be a problem, and members come first.

use aurora_rules::{Member, Options, RuleSet, lint};

pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let names = ["a.yml", "b.yml", "c.yml", "d.yml"];
    let set = RuleSet::from_texts(names.into_iter().zip(text.split('\0')), Options::default());
    for (at, it) in set.correlations().iter().enumerate() {
        assert_eq!(it.bases.len(), it.correlation.rules.len());
        for base in &it.bases {
            assert_eq!(base.group_by.len(), it.correlation.group_by.len());
            match base.member {
                Member::Rule(rule) => assert!(rule < set.rules().len()),
                Member::Correlation(inner) => assert!(inner < at),
            }
        }
    }
    drop(lint::lint(&set));
}
