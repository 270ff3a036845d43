use aurora_api::site::{Error, Result};
use aurora_artifacts::Digest;
use aurora_messages::{
    DeadLetterDetail, DeadLetterPage, DeadLetterQuery, DeadLetterState, Replay, ReplayReport,
};
use aurora_model::{Action, Context, DeadLetter, DeadLetterReason, RawRecord, Scope, SourceName};
use aurora_records::{Change, Collection, Document, Guard, Query, Test};
use serde_json::json;

use super::{SiteService, errors};

/// Letters replayed with one commit.
const CHUNK: usize = 100;

pub(super) async fn list(
    site: &SiteService,
    scope: &Scope,
    query: &DeadLetterQuery,
) -> Result<DeadLetterPage> {
    let state = query.state.map(word);
    let search = search(query.reason, query.source.as_ref(), state)
        .newest("received_at")
        .limit(query.limit())
        .offset(query.offset());
    let page = site
        .records()
        .list(scope, &search)
        .await
        .map_err(errors::records)?;
    let mut letters = Vec::with_capacity(page.documents.len());
    for document in page.documents {
        // The list shows the beginning of what stands in the document; artifacts stay where they are.
        let (id, state, bytes) = (document.id.clone(), state_of(&document), size_of(&document));
        let mut row = DeadLetterDetail::of(id, state, &read(document)?).letter;
        row.bytes = bytes.unwrap_or(row.bytes);
        letters.push(row);
    }
    Ok(DeadLetterPage {
        letters,
        total: page.total,
    })
}

pub(super) async fn show(site: &SiteService, scope: &Scope, id: &str) -> Result<DeadLetterDetail> {
    let found = site.records().get(scope, Collection::DeadLetters, id).await;
    let document = found
        .map_err(errors::records)?
        .ok_or_else(|| Error::not_found("dead letter", id))?;
    let state = state_of(&document);
    let letter = whole(site, scope, document).await?;
    Ok(DeadLetterDetail::of(id.to_owned(), state, &letter))
}

/// Hands the records in again, as new ones of their source: they are received a second time, and
/// the ledger says so. What fails again comes back as a new dead letter.
pub(super) async fn replay(
    site: &SiteService,
    context: &Context,
    replay: &Replay,
) -> Result<ReplayReport> {
    let documents = chosen(site, &context.scope, replay).await?;
    let mut report = ReplayReport::default();
    for chunk in documents.chunks(CHUNK) {
        for document in chunk {
            hand_in(site, &context.scope, document.clone()).await?;
        }
        let ids = chunk.iter().map(|document| document.id.clone());
        let mut change = Change::decided(Action::on("dead_letter.replay", ids));
        for document in chunk {
            let mut body = document.body.clone();
            body["state"] = json!("replayed");
            let guard = Guard::Version(document.version);
            change = change.put(Collection::DeadLetters, &document.id, guard, body);
        }
        let context = context.clone().because(replay.because.clone());
        site.records()
            .commit(&context, change)
            .await
            .map_err(errors::records)?;
        report.replayed += chunk.len() as u64;
    }
    Ok(report)
}

async fn chosen(site: &SiteService, scope: &Scope, replay: &Replay) -> Result<Vec<Document>> {
    if replay.ids.is_empty() {
        let search = search(replay.reason, replay.source.as_ref(), Some("waiting"));
        let page = site
            .records()
            .list(scope, &search.limit(Query::MAX_LIMIT))
            .await;
        return Ok(page.map_err(errors::records)?.documents);
    }
    let mut documents = Vec::new();
    for id in &replay.ids {
        let found = site.records().get(scope, Collection::DeadLetters, id).await;
        let found = found.map_err(errors::records)?;
        documents.push(found.ok_or_else(|| Error::not_found("dead letter", id))?);
    }
    Ok(documents)
}

/// A piece of a record that was too large is no record: it cannot be parsed, now or later.
async fn hand_in(site: &SiteService, scope: &Scope, document: Document) -> Result<()> {
    let (id, version) = (document.id.clone(), document.version);
    let letter = whole(site, scope, document).await?;
    if letter.reason == DeadLetterReason::TooLarge {
        let text = format!("dead letter `{id}` is a piece of a record that is too large");
        return Err(Error::conflict(text).fix("split the record at its source and send it again"));
    }
    let origin = aurora_ids::Derive::new("aurora.origin.replay.v1")
        .part(&id)
        .number(version);
    let record = RawRecord::whole(letter.seq, letter.received_at, letter.raw);
    let accepting = site.listeners.acceptor.accept(
        &letter.source,
        origin.finish().into(),
        &letter.host,
        vec![record],
    );
    accepting.await.map_err(errors::listeners)?;
    Ok(())
}

fn search(
    reason: Option<DeadLetterReason>,
    source: Option<&SourceName>,
    state: Option<&str>,
) -> Query {
    let mut search = Query::of(Collection::DeadLetters);
    if let Some(reason) = reason {
        search = search.with("reason", Test::TextIs(reason.word().to_owned()));
    }
    if let Some(source) = source {
        search = search.with("source", Test::TextIs(source.to_string()));
    }
    if let Some(state) = state {
        search = search.with("state", Test::TextIs(state.to_owned()));
    }
    search
}

const fn word(state: DeadLetterState) -> &'static str {
    match state {
        DeadLetterState::Waiting => "waiting",
        DeadLetterState::Replayed => "replayed",
    }
}

fn state_of(document: &Document) -> DeadLetterState {
    match document.body["state"].as_str() {
        Some("replayed") => DeadLetterState::Replayed,
        _ => DeadLetterState::Waiting,
    }
}

fn size_of(document: &Document) -> Option<u64> {
    document.body["bytes"].as_u64()
}

fn read(mut document: Document) -> Result<DeadLetter> {
    if document.body["raw"].is_null() {
        document.body["raw"] = json!("");
    }
    serde_json::from_value(document.body).map_err(Error::internal)
}

/// The letter with its bytes, also when they are kept as an artifact.
async fn whole(site: &SiteService, scope: &Scope, document: Document) -> Result<DeadLetter> {
    let digest = document.body["artifact"].as_str().and_then(Digest::parse);
    let id = document.id.clone();
    let mut letter = read(document)?;
    if let Some(digest) = digest {
        let found = site.parts.adapters.artifacts.get(scope, digest).await;
        let bytes = found.map_err(Error::internal)?;
        let bytes = bytes.ok_or_else(|| Error::not_found("artifact of dead letter", id))?;
        letter.raw = bytes.to_vec();
    }
    Ok(letter)
}
