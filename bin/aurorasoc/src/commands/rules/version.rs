//! A rule and perhaps one of its versions, as people write it: `5c1b2a9e@2`.

use aurora_messages::RuleVersionQuery;
use aurora_model::RuleId;

use crate::app::App;
use crate::failure::Failure;
use crate::lookup;

pub struct Wanted<'t> {
    pub rule: &'t str,
    pub version: Option<u32>,
}

impl<'t> Wanted<'t> {
    pub fn parse(text: &'t str) -> anyhow::Result<Self> {
        let Some((rule, version)) = text.rsplit_once('@') else {
            return Ok(Self {
                rule: text,
                version: None,
            });
        };
        let Ok(number) = version.parse() else {
            let text = format!("`{version}` is no version");
            return Err(Failure::usage(text)
                .fix("write such as 5c1b2a9e@2; `aurorasoc rules history RULE` lists versions")
                .into());
        };
        Ok(Self {
            rule,
            version: Some(number),
        })
    }

    pub async fn text(&self, app: &App) -> anyhow::Result<String> {
        let id = find(app, self.rule).await?;
        let Some(version) = self.version else {
            return Ok(app.client.rule(&id).await?.text);
        };
        let found = app.client.rule_version(&id, version).await?;
        found.text.ok_or_else(|| {
            let text = format!("version {version} says that the rule went; it has no text");
            Failure::not_found(text)
                .fix("`aurorasoc rules history RULE` lists versions")
                .into()
        })
    }
}

/// A rule in force, or one that is gone but has a history.
pub async fn find(app: &App, text: &str) -> anyhow::Result<RuleId> {
    let found = lookup::rule(&app.client, text).await;
    let Err(error) = found else { return found };
    let query = RuleVersionQuery {
        limit: Some(RuleVersionQuery::PAGE.most),
    };
    let changes = app.client.rule_changes(&query).await?;
    let mut known: Vec<RuleId> = changes.versions.into_iter().map(|one| one.rule).collect();
    known.retain(|id| id.0.starts_with(text));
    known.sort();
    known.dedup();
    match known.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(error),
    }
}
