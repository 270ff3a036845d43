use aurora_api::site::{Error, Result};
use aurora_engineering::diff::diff;
use aurora_engineering::versions::in_force;
use aurora_messages::RuleReloadReport;
use aurora_model::Context;
use aurora_rules::RuleSet;

use crate::roles;
use crate::service::{SiteService, errors, rules};
use crate::versions;

pub(super) fn pending(site: &SiteService) -> Result<RuleReloadReport> {
    let read = site.parts.rules.read().map_err(unreadable)?;
    Ok(report(site, &read))
}

/// The decision comes first: a set that nobody decided on is never in force.
pub(super) async fn reload(site: &SiteService, context: &Context) -> Result<RuleReloadReport> {
    let read = site.parts.rules.read().map_err(unreadable)?;
    let report = report(site, &read);
    let after = in_force(&read);
    let now = site.now();
    versions::note(site.records(), context, "rule.reload", &after, true, now)
        .await
        .map_err(errors::records)?;
    site.parts.rules.swap(read);
    roles::report_rules(&site.parts);
    Ok(report)
}

fn report(site: &SiteService, read: &RuleSet) -> RuleReloadReport {
    let current = site.parts.rules.handle().current();
    RuleReloadReport {
        diff: diff(&current, read),
        problems: read.problems().iter().map(rules::problem).collect(),
    }
}

fn unreadable(error: crate::Error) -> Error {
    Error::invalid(aurora_tasks::chain(&error))
        .fix("make the folder readable, or take it out of `rules.folders`")
}
