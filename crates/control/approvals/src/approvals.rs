//! Approvals as they are kept: each change one document and its decision.

use std::sync::Arc;

use aurora_clock::{Clock, Timestamp};
use aurora_ids::Id128;
use aurora_model::{Action, AuthStrength, Context, Scope};
use aurora_permissions::{Ask, Assured, Decide, Needs, Principal, Verdict};
use aurora_records::{Change, Collection, Document, Guard, Query, Records, Test};
use serde_json::Value;

use crate::{ActionHash, Approval, ApprovalId, Blast, Deed, Error, Refusal, Taken, Verifier};

/// How many of those who wait may wait at a time, for one asker.
const MOST_OPEN: usize = 32;
/// So many that are over are kept for the list.
const LISTED: usize = 200;

/// Keeps approvals and asks those who judge.
#[derive(Clone, Debug)]
pub struct Approvals {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) clock: Arc<dyn Clock>,
    decide: Arc<dyn Decide>,
    verifier: Arc<dyn Verifier>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub deed: Deed,
    /// What the judge found lacking.
    pub needs: Needs,
    pub blast: Blast,
}

impl Approvals {
    pub fn new(
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
        decide: Arc<dyn Decide>,
        verifier: Arc<dyn Verifier>,
    ) -> Self {
        Self {
            records,
            clock,
            decide,
            verifier,
        }
    }

    /// Asks for a deed. Who asks for the same again while it waits gets the same.
    ///
    /// # Errors
    /// [`Error::Refused`] when too many of theirs wait, or when storage fails.
    pub async fn ask(
        &self,
        context: &Context,
        who: &Principal,
        asked: Asked,
    ) -> Result<Approval, Error> {
        self.sweep(&context.scope).await?;
        let now = self.clock.now();
        let action = asked.deed.hash();
        let theirs = Query::of(Collection::Approvals)
            .with("asker", Test::TextIs(asker(who)))
            .with("open", Test::IntegerIs(1))
            .limit(MOST_OPEN);
        let waiting = self.records.list(&context.scope, &theirs).await?;
        let standing = waiting
            .documents
            .into_iter()
            .filter_map(|document| read(document).ok())
            .find(|(approval, _)| approval.action == action && approval.covers(asked.needs));
        if let Some((approval, _)) = standing {
            return Ok(approval);
        }
        if waiting.total >= MOST_OPEN as u64 {
            return Err(Refusal::TooMany.into());
        }
        let id = ApprovalId(Id128::random());
        let mut approval = Approval::ask(id, asked.deed, asked.needs, who, &context.reason, now);
        approval.blast = asked.blast;
        approval.policy = self.decide.version();
        self.write(context, "approval.ask", &approval, Guard::New)
            .await?;
        Ok(approval)
    }

    /// # Errors
    /// [`Error::NotFound`], or when storage fails.
    pub async fn get(&self, scope: &Scope, id: ApprovalId) -> Result<Approval, Error> {
        let (mut approval, _) = self.found(scope, id).await?;
        approval.expire(self.clock.now());
        Ok(approval)
    }

    /// The newest first; only those that wait, or also those that are over.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(&self, scope: &Scope, over: bool) -> Result<Vec<Approval>, Error> {
        self.sweep(scope).await?;
        let mut query = Query::of(Collection::Approvals)
            .newest("asked_at")
            .limit(LISTED);
        if !over {
            query = query.with("open", Test::IntegerIs(1));
        }
        let page = self.records.list(scope, &query).await?;
        let approvals = page.documents.into_iter().map(read);
        approvals
            .map(|read| read.map(|(approval, _)| approval))
            .collect()
    }

    /// What somebody must answer to prove who they are for this deed; `None` when they have no
    /// means to.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn challenge(
        &self,
        scope: &Scope,
        who: &Principal,
        id: ApprovalId,
    ) -> Result<Option<Value>, Error> {
        let (approval, _) = self.found(scope, id).await?;
        let challenge = self.verifier.challenge(scope, who, &approval.action);
        Ok(challenge.await?)
    }

    /// The asker proves who they are.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn assert(
        &self,
        context: &Context,
        who: &Principal,
        id: ApprovalId,
        assertion: &Value,
    ) -> Result<Approval, Error> {
        let (mut approval, version) = self.found(&context.scope, id).await?;
        approval.may_assert(who, self.clock.now())?;
        let strength = self
            .judge(context, who, &approval.action, assertion)
            .await?;
        approval.assert(who, strength, self.clock.now())?;
        self.write(
            context,
            "approval.assert",
            &approval,
            Guard::Version(version),
        )
        .await?;
        Ok(approval)
    }

    /// Another person agrees, proving who they are for exactly this deed.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn approve(
        &self,
        context: &Context,
        who: &Principal,
        id: ApprovalId,
        assertion: &Value,
    ) -> Result<Approval, Error> {
        let (mut approval, version) = self.found(&context.scope, id).await?;
        approval.may_approve(who, self.clock.now())?;
        if !self.could_do(who, &approval.deed, self.clock.now()) {
            return Err(Refusal::MayNot.into());
        }
        let strength = self
            .judge(context, who, &approval.action, assertion)
            .await?;
        approval.approve(who, strength, &context.reason, self.clock.now())?;
        self.write(
            context,
            "approval.approve",
            &approval,
            Guard::Version(version),
        )
        .await?;
        Ok(approval)
    }

    /// Somebody says no. Whoever may decide may, and the asker takes it back.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn deny(
        &self,
        context: &Context,
        who: &Principal,
        id: ApprovalId,
    ) -> Result<Approval, Error> {
        let found = self.found(&context.scope, id).await?;
        self.end(context, who, found, "approval.deny").await
    }

    /// The asker takes it back.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn cancel(
        &self,
        context: &Context,
        who: &Principal,
        id: ApprovalId,
    ) -> Result<Approval, Error> {
        let found = self.found(&context.scope, id).await?;
        if found.0.asked_by.actor != who.actor {
            return Err(Refusal::NotTheAsker.into());
        }
        self.end(context, who, found, "approval.cancel").await
    }

    async fn end(
        &self,
        context: &Context,
        who: &Principal,
        (mut approval, version): (Approval, u64),
        action: &str,
    ) -> Result<Approval, Error> {
        approval.deny(who, self.clock.now())?;
        self.write(context, action, &approval, Guard::Version(version))
            .await?;
        Ok(approval)
    }

    /// Uses an approval up and announces the deed, in one commit, just before it is done: whoever comes second
    /// finds it used, and that it was begun is on record until [`Approvals::done`] says how it ended.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn take(
        &self,
        context: &Context,
        who: &Principal,
        id: ApprovalId,
        action: &ActionHash,
    ) -> Result<Taken, Error> {
        let (mut approval, version) = self.found(&context.scope, id).await?;
        let assured = approval.take(who, action, self.clock.now())?;
        let taken = Taken::of(&approval, assured);
        let mut change = taken.announced();
        change.decision = Some(self.action("approval.use", &approval));
        let change = put(change, &approval, Guard::Version(version));
        self.records.commit(context, change).await?;
        aurora_failpoint::reach("approval.taken");
        Ok(taken)
    }

    /// Ends what nobody decided in time: denied, on record.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn sweep(&self, scope: &Scope) -> Result<(), Error> {
        let now = self.clock.now();
        let late = Query::of(Collection::Approvals)
            .with("open", Test::IntegerIs(1))
            .with("expires_at", Test::Below(now.as_millis() + 1))
            .limit(100);
        let late = self.records.list(scope, &late).await?.documents;
        for document in late {
            let (mut approval, version) = read(document)?;
            approval.expire(now);
            let reason = "nobody decided in time: denied";
            let context = Context::service(scope.clone(), "approvals", reason);
            let guard = Guard::Version(version);
            let written = self.write(&context, "approval.expire", &approval, guard);
            match written.await {
                // Somebody moved it in the same moment, or another process expired it.
                Ok(()) | Err(Error::Raced) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The kernel vouches for the local operator at every request; others prove it.
    async fn judge(
        &self,
        context: &Context,
        who: &Principal,
        action: &ActionHash,
        assertion: &Value,
    ) -> Result<AuthStrength, Error> {
        if who.is_local() {
            return Ok(AuthStrength::PeerCredential);
        }
        let verified = self
            .verifier
            .verify(&context.scope, who, action, assertion)
            .await;
        Ok(verified?)
    }

    /// Whether they might do it themselves, were everything shown.
    fn could_do(&self, who: &Principal, deed: &Deed, now: Timestamp) -> bool {
        let ask = Ask {
            permission: deed.permission,
            scope: &deed.scope,
            now,
            assured: Assured {
                step_up: true,
                approvers: u8::MAX,
                break_glass: false,
            },
        };
        self.decide.decide(who, ask) == Verdict::Allowed
    }

    async fn found(&self, scope: &Scope, id: ApprovalId) -> Result<(Approval, u64), Error> {
        let found = self
            .records
            .get(scope, Collection::Approvals, &id.to_string())
            .await?;
        read(found.ok_or_else(|| Error::NotFound(id.to_string()))?)
    }

    fn action(&self, name: &str, approval: &Approval) -> Action {
        let permission = approval.deed.permission.to_string();
        Action::on(
            name,
            [
                approval.id.to_string(),
                approval.action.to_string(),
                permission,
                approval.policy.clone(),
            ],
        )
    }

    async fn write(
        &self,
        context: &Context,
        name: &str,
        approval: &Approval,
        guard: Guard,
    ) -> Result<(), Error> {
        let change = Change::decided(self.action(name, approval));
        let change = put(change, approval, guard);
        self.records.commit(context, change).await?;
        Ok(())
    }
}

fn put(change: Change, approval: &Approval, guard: Guard) -> Change {
    let body = Stored {
        asker: party(&approval.asked_by.actor),
        open: i64::from(matches!(
            approval.state,
            crate::State::Pending | crate::State::Approved
        )),
        approval,
    };
    let body = serde_json::to_value(body).expect("an approval is plain data");
    change.put(Collection::Approvals, &approval.id.to_string(), guard, body)
}

/// The document, with what it is found by.
#[derive(serde::Serialize)]
struct Stored<'a> {
    asker: String,
    open: i64,
    #[serde(flatten)]
    approval: &'a Approval,
}

fn read(document: Document) -> Result<(Approval, u64), Error> {
    let approval = serde_json::from_value(document.body)
        .map_err(|error| Error::Records(aurora_records::Error::storage(error)))?;
    Ok((approval, document.version))
}

fn asker(who: &Principal) -> String {
    party(&who.actor)
}

/// A name alone would take a service for a person of the same name.
fn party(actor: &aurora_model::Actor) -> String {
    serde_json::to_string(actor).expect("an actor is plain data")
}
