use aurora_sigma::{Alias, Correlation, CorrelationCondition, CorrelationKind, Reference, nearest};

use super::resolve::Refused;
use super::{CorrelationBase, LoadedCorrelation, Member};
use crate::problem::ProblemKind;
use crate::rule::LoadedRule;

/// Settles where the names that a correlation uses are found in what its members hand on.
pub(super) struct Names<'n> {
    rules: &'n [LoadedRule],
    usable: &'n [LoadedCorrelation],
    it: &'n Correlation,
    members: &'n [Member],
    /// The fields of each alias by what its entries refer to.
    aliases: Vec<(&'n Alias, Vec<(Member, &'n str)>)>,
}

impl<'n> Names<'n> {
    pub fn new(
        rules: &'n [LoadedRule],
        usable: &'n [LoadedCorrelation],
        it: &'n Correlation,
        members: &'n [Member],
    ) -> Result<Self, Refused> {
        let mut names = Self {
            rules,
            usable,
            it,
            members,
            aliases: Vec::new(),
        };
        for alias in &it.aliases {
            let entry = |(reference, field): &'n (Reference, String)| {
                Ok((names.referred(reference)?, field.as_str()))
            };
            let entries = alias.fields.iter().map(entry);
            let entries = entries.collect::<Result<Vec<_>, Refused>>()?;
            names.aliases.push((alias, entries));
        }
        Ok(names)
    }

    pub fn bases(&self) -> Result<Vec<CorrelationBase>, Refused> {
        let none = Vec::new();
        let fields = match &self.it.condition {
            CorrelationCondition::Threshold(threshold) => &threshold.fields,
            CorrelationCondition::Rules(_) => &none,
        };
        self.percentile()?;
        let base = |member: &Member| {
            let settled = |names: &[String]| -> Result<Vec<String>, Refused> {
                names.iter().map(|name| self.field(name, *member)).collect()
            };
            Ok(CorrelationBase {
                member: *member,
                group_by: settled(&self.it.group_by)?,
                fields: settled(fields)?,
            })
        };
        self.members.iter().map(base).collect()
    }

    /// The specification's example leaves open which percentile is meant.
    fn percentile(&self) -> Result<(), Refused> {
        match &self.it.condition {
            CorrelationCondition::Threshold(threshold)
                if self.it.kind == CorrelationKind::ValuePercentile
                    && threshold.percentile.is_none() =>
            {
                let reason = "value_percentile does not say which: add `percentile: 95` or another \
                              to the condition";
                Err(self.refuse(reason.to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// The member, or what stands below a member, that an alias refers to.
    fn referred(&self, reference: &Reference) -> Result<Member, Refused> {
        let mut names = Vec::new();
        for member in self.below(self.members) {
            let (id, name) = self.called(member);
            if id == reference.text || name == Some(reference.text.as_str()) {
                return Ok(member);
            }
            names.extend(name);
        }
        let hint = nearest(&reference.text, names)
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        Err(Refused {
            kind: ProblemKind::Unresolved,
            at: reference.at.clone(),
            reason: format!(
                "the alias names `{}`, which is none of the correlation's rules{hint}",
                reference.text
            ),
        })
    }

    /// The given members and everything they refer to, each once.
    fn below(&self, members: &[Member]) -> Vec<Member> {
        let mut all = members.to_vec();
        let mut next = 0;
        while let Some(member) = all.get(next).copied() {
            next += 1;
            if let Member::Correlation(at) = member {
                let inner = self.usable[at].members.iter();
                let new: Vec<Member> = inner.copied().filter(|it| !all.contains(it)).collect();
                all.extend(new);
            }
        }
        all
    }

    fn called(&self, member: Member) -> (&'n str, Option<&'n str>) {
        match member {
            Member::Rule(at) => {
                let rule = &self.rules[at];
                (&rule.id.0, rule.rule.header.name.as_deref())
            }
            Member::Correlation(at) => {
                let it = &self.usable[at];
                (&it.id.0, it.correlation.header.name.as_deref())
            }
        }
    }

    fn field(&self, name: &str, member: Member) -> Result<String, Refused> {
        let field = self.aliased(name, member)?;
        let Member::Correlation(at) = member else {
            return Ok(field);
        };
        let inner = &self.usable[at].correlation;
        if inner.group_by.contains(&field) {
            return Ok(field);
        }
        let has = match inner.group_by.as_slice() {
            [] => "nothing".to_owned(),
            names => names.join(", "),
        };
        let (id, called) = self.called(member);
        Err(self.refuse(format!(
            "`{field}` has no value in an alert of `{}`, which groups by {has}: add it to that \
             group-by, or an alias for one that is there",
            called.unwrap_or(id)
        )))
    }

    /// An alias may speak of the member itself, or of a rule that the member looks at.
    fn aliased(&self, name: &str, member: Member) -> Result<String, Refused> {
        let Some((alias, entries)) = self.aliases.iter().find(|(alias, _)| alias.name == name)
        else {
            return Ok(name.to_owned());
        };
        let below = self.below(&[member]);
        let field = |wanted: &Member| entries.iter().find(|(of, _)| of == wanted);
        if let Some((_, field)) = below.iter().find_map(field) {
            return Ok((*field).to_owned());
        }
        let (id, called) = self.called(member);
        Err(Refused {
            kind: ProblemKind::Invalid,
            at: alias.at.clone(),
            reason: format!(
                "the alias `{name}` has no field for `{}`: add one",
                called.unwrap_or(id)
            ),
        })
    }

    fn refuse(&self, reason: String) -> Refused {
        Refused {
            kind: ProblemKind::Invalid,
            at: self.it.header.at.clone(),
            reason,
        }
    }
}
