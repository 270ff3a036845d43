//! From what people type to an id: whole ids, and beginnings that are unique.

use aurora_client::Client;
use aurora_messages::{AlertQuery, ApprovalQuery, DeadLetterQuery, IncidentQuery, RuleQuery};
use aurora_model::suppression::SuppressionId;
use aurora_model::{AlertId, IncidentId, RuleId};

use crate::failure::Failure;
use crate::output::short;

/// Shorter beginnings are slips.
const LEAST: usize = 3;
/// Candidates that are named when there are several.
const NAMED: usize = 5;

pub async fn alert(client: &Client, text: &str) -> anyhow::Result<AlertId> {
    let wanted = text.to_lowercase();
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    hexadecimal("alert", &wanted, "aurorasoc alerts --all")?;
    let query = AlertQuery {
        text: Some(wanted.clone()),
        limit: Some(AlertQuery::PAGE.most),
        ..AlertQuery::all()
    };
    let ids = client
        .alerts(&query)
        .await?
        .alerts
        .into_iter()
        .map(|row| (row.id.to_string(), row.id));
    unique("alert", &wanted, ids, "aurorasoc alerts --all")
}

/// An incident by its id or the beginning of it, ids that have become part of another included.
pub async fn incident(client: &Client, text: &str) -> anyhow::Result<IncidentId> {
    let wanted = text.to_lowercase();
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    hexadecimal("incident", &wanted, "aurorasoc incidents --all")?;
    let query = IncidentQuery {
        text: Some(wanted.clone()),
        limit: Some(IncidentQuery::PAGE.most),
        ..IncidentQuery::all()
    };
    let found = client.incidents(&query).await?.incidents;
    let ids = found.into_iter().map(|row| (row.id.to_string(), row.id));
    unique("incident", &wanted, ids, "aurorasoc incidents --all")
}

pub async fn suppression(client: &Client, text: &str) -> anyhow::Result<SuppressionId> {
    let wanted = text.to_lowercase();
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    hexadecimal("suppression", &wanted, "aurorasoc suppressions")?;
    let known = client
        .suppressions(aurora_messages::SuppressionQuery::default())
        .await?;
    let ids = known
        .suppressions
        .into_iter()
        .map(|known| (known.id.to_string(), known.id));
    unique("suppression", &wanted, ids, "aurorasoc suppressions")
}

/// An approval, also one that is over.
pub async fn approval(client: &Client, text: &str) -> anyhow::Result<String> {
    let known = client.approvals(ApprovalQuery { all: true }).await?;
    let ids = known.approvals.into_iter();
    let ids = ids.map(|known| (known.id.clone(), known.id));
    unique("approval", text, ids, "aurorasoc approvals list --all")
}

pub async fn dead_letter(client: &Client, text: &str) -> anyhow::Result<String> {
    let query = DeadLetterQuery {
        limit: Some(DeadLetterQuery::PAGE.most),
        ..DeadLetterQuery::default()
    };
    let letters = client.dead_letters(&query).await?.letters;
    let ids = letters
        .into_iter()
        .map(|letter| (letter.id.clone(), letter.id));
    unique("dead letter", text, ids, "aurorasoc deadletter list")
}

/// A rule by its id or the beginning of it.
pub async fn rule(client: &Client, text: &str) -> anyhow::Result<RuleId> {
    let query = RuleQuery {
        text: Some(text.to_owned()),
        limit: Some(RuleQuery::PAGE.most),
        ..RuleQuery::default()
    };
    let rules = client.rules(&query).await?.rules;
    let ids = rules.into_iter().map(|rule| (rule.id.0.clone(), rule.id));
    unique("rule", text, ids, "aurorasoc rules list")
}

fn hexadecimal(what: &str, text: &str, list: &str) -> Result<(), Failure> {
    if text.len() >= LEAST && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    let fix =
        format!("give an id or at least {LEAST} characters of its beginning; `{list}` lists them");
    let a = if what.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    Err(Failure::usage(format!("`{text}` cannot be the id of {a} {what}")).fix(fix))
}

fn unique<T>(
    what: &str,
    wanted: &str,
    known: impl Iterator<Item = (String, T)>,
    list: &str,
) -> anyhow::Result<T> {
    let mut found: Vec<(String, T)> = known.filter(|(id, _)| id.starts_with(wanted)).collect();
    if let Some(exact) = found.iter().position(|(id, _)| id == wanted) {
        return Ok(found.swap_remove(exact).1);
    }
    match found.len() {
        0 => {
            let text = format!("there is no {what} `{wanted}`");
            Err(Failure::not_found(text)
                .fix(format!("`{list}` lists them"))
                .into())
        }
        1 => Ok(found.swap_remove(0).1),
        many => {
            let names: Vec<_> = found
                .iter()
                .take(NAMED)
                .map(|(id, _)| short(id, 40))
                .collect();
            let dots = if many > NAMED { ", …" } else { "" };
            let text = format!(
                "`{wanted}` is the beginning of {many} {what}s: {}{dots}",
                names.join(", ")
            );
            Err(Failure::usage(text).fix("give more of the id").into())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_beginning_is_enough_when_it_is_unique() {
        let known = || {
            ["abc1", "abc2", "abd", "ab"]
                .into_iter()
                .map(|id| (id.to_owned(), id))
        };
        let find = |text| unique("alert", text, known(), "aurorasoc alerts");
        assert_eq!(find("abd").unwrap(), "abd");
        assert_eq!(find("ab").unwrap(), "ab");
        let text = find("abc").unwrap_err().to_string();
        assert_eq!(text, "`abc` is the beginning of 2 alerts: abc1, abc2");
        assert_eq!(find("x").unwrap_err().to_string(), "there is no alert `x`");
    }
}
