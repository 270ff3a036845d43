//! The history of rules in the records store: every version that was in force, with its text.
//!
//! A version commits with the decision that made it. Texts are kept by their hash, once.

use std::collections::{BTreeMap, HashMap};

use aurora_clock::Timestamp;
use aurora_engineering::versions::{Changer, InForce, changes};
use aurora_model::engineering::RuleVersion;
use aurora_model::{Action, Context, RuleId, Scope};
use aurora_records::{Change, Collection, Document, Error, Guard, Query, Records, Test};
use serde_json::{Value, json};

/// Versions that commit together.
const AT_ONCE: usize = 500;

/// Notes what `after` changes and who decided it. With `whole`, rules that `after` has not are gone.
/// Returns how many rules changed; without any there is no decision either.
///
/// # Errors
/// When the records store fails.
pub(crate) async fn note(
    records: &dyn Records,
    context: &Context,
    action: &str,
    after: &BTreeMap<RuleId, InForce>,
    whole: bool,
    at: Timestamp,
) -> Result<usize, Error> {
    let changer = Changer {
        actor: context.actor.clone(),
        reason: context.reason.clone(),
        at,
    };
    loop {
        let heads = heads(records, &context.scope).await?;
        let known = heads
            .iter()
            .map(|(id, (version, _))| (id.clone(), version.clone()));
        let versions = changes(&known.collect(), after, whole, &changer);
        match commit(records, context, action, &heads, after, &versions).await {
            Ok(()) => return Ok(versions.len()),
            // Somebody else changed rules in between: what is left to note is found anew.
            Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
}

type Heads = HashMap<RuleId, (RuleVersion, u64)>;

async fn commit(
    records: &dyn Records,
    context: &Context,
    action: &str,
    heads: &Heads,
    after: &BTreeMap<RuleId, InForce>,
    versions: &[RuleVersion],
) -> Result<(), Error> {
    for some in versions.chunks(AT_ONCE) {
        let ids = some.iter().map(|version| version.rule.0.clone());
        let mut change = Change::decided(Action::on(action, ids));
        for version in some {
            if let Some((head, at)) = heads.get(&version.rule) {
                let (id, body) = (key(&head.rule, head.version), body(head, false));
                let guard = Guard::Version(*at);
                change = change.put(Collection::RuleVersions, &id, guard, body);
            }
            let id = key(&version.rule, version.version);
            change = change.put(
                Collection::RuleVersions,
                &id,
                Guard::New,
                body(version, true),
            );
            if let (Some(hash), Some(rule)) = (&version.after, after.get(&version.rule)) {
                let text = json!({ "text": &*rule.text });
                change = change.put(Collection::RuleTexts, hash, Guard::Any, text);
            }
        }
        records.commit(context, change).await?;
    }
    Ok(())
}

/// The newest version of every rule, and the version of its document.
async fn heads(records: &dyn Records, scope: &Scope) -> Result<Heads, Error> {
    let mut heads = HashMap::new();
    loop {
        let query = Query::of(Collection::RuleVersions)
            .with("head", Test::IntegerIs(1))
            .limit(Query::MAX_LIMIT)
            .offset(heads.len());
        let page = records.list(scope, &query).await?;
        let last = page.documents.len() < Query::MAX_LIMIT;
        for document in page.documents {
            let at = document.version;
            if let Some(version) = read(document) {
                heads.insert(version.rule.clone(), (version, at));
            }
        }
        if last {
            return Ok(heads);
        }
    }
}

/// Versions of one rule or of all, the newest first, and how many there are.
pub(crate) async fn list(
    records: &dyn Records,
    scope: &Scope,
    rule: Option<&RuleId>,
    limit: usize,
) -> Result<(Vec<RuleVersion>, u64), Error> {
    let mut query = Query::of(Collection::RuleVersions)
        .newest("at")
        .limit(limit);
    if let Some(rule) = rule {
        query = query.with("rule", Test::TextIs(rule.0.clone()));
    }
    let page = records.list(scope, &query).await?;
    let mut versions: Vec<RuleVersion> = page.documents.into_iter().filter_map(read).collect();
    versions.sort_by_key(|one| std::cmp::Reverse((one.at, one.version)));
    Ok((versions, page.total))
}

pub(crate) async fn get(
    records: &dyn Records,
    scope: &Scope,
    rule: &RuleId,
    version: u32,
) -> Result<Option<(RuleVersion, Option<String>)>, Error> {
    let id = key(rule, version);
    let found = records.get(scope, Collection::RuleVersions, &id).await?;
    let Some(version) = found.and_then(read) else {
        return Ok(None);
    };
    let text = match &version.after {
        Some(hash) => records.get(scope, Collection::RuleTexts, hash).await?,
        None => None,
    };
    let text = text.and_then(|document| Some(document.body["text"].as_str()?.to_owned()));
    Ok(Some((version, text)))
}

/// So that the versions of one rule stand together in order.
fn key(rule: &RuleId, version: u32) -> String {
    format!("{}@{version:06}", rule.0)
}

fn body(version: &RuleVersion, head: bool) -> Value {
    let mut body = serde_json::to_value(version).expect("versions are plain data");
    body["head"] = Value::from(u8::from(head));
    body
}

fn read(document: Document) -> Option<RuleVersion> {
    serde_json::from_value(document.body).ok()
}
