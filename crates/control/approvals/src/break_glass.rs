//! For emergencies: two administrators open a window in which one of them acts alone.

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{Action, Context, Scope};
use aurora_permissions::Principal;
use aurora_records::{Change, Collection, Guard, Query, Test};
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::{Approvals, Deed, Error, Party, Taken};

/// How long the window is open.
pub const OPEN_FOR: Duration = Duration::from_secs(60 * 60);

/// A window. A document of the records store; never removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    pub id: String,
    pub holder: Party,
    pub reason: String,
    pub opened_at: Timestamp,
    pub until: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// What was done under it that would have needed more.
    pub uses: u64,
}

impl BreakGlass {
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.until
    }
}

impl Approvals {
    /// Opens a window for `who`. That another administrator agreed stands behind the permission
    /// `break_glass.open`, which was asked for and used up before this is called.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn break_glass(
        &self,
        context: &Context,
        who: &Principal,
    ) -> Result<BreakGlass, Error> {
        let now = self.clock.now();
        let window = BreakGlass {
            id: Id128::random().to_string(),
            holder: Party::from(who),
            reason: context.reason.clone(),
            opened_at: now,
            until: now.plus(OPEN_FOR),
            ended_at: None,
            uses: 0,
        };
        let action = Action::on("break_glass.open", [&window.id]);
        self.keep(context, action, &window, Guard::New).await?;
        warn!(holder = window.holder.actor.name(), until = %window.until, reason = %window.reason,
            "the glass is broken: somebody acts alone");
        Ok(window)
    }

    /// Windows that are open now.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn broken_glass(&self, scope: &Scope) -> Result<Vec<BreakGlass>, Error> {
        let windows = self.windows(scope).await?;
        Ok(windows.into_iter().map(|(window, _)| window).collect())
    }

    /// Puts on record that `who` begins this under an open window of theirs; nothing without one. How it ended
    /// is said as of an approval.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn use_broken_glass(
        &self,
        context: &Context,
        who: &Principal,
        deed: &Deed,
    ) -> Result<Option<Taken>, Error> {
        let windows = self.windows(&context.scope).await?;
        let mut theirs = windows.into_iter();
        let Some((mut window, version)) =
            theirs.find(|(window, _)| window.holder.actor == who.actor)
        else {
            return Ok(None);
        };
        window.uses += 1;
        let hash = deed.hash().to_string();
        let permission = deed.permission.to_string();
        let taken = Taken::under_broken_glass(deed);
        let objects = [&window.id, &hash, &permission, taken.id()];
        let mut change = taken.announced();
        change.decision = Some(Action::on("break_glass.use", objects));
        let change = put(change, &window, Guard::Version(version));
        self.records.commit(context, change).await?;
        aurora_failpoint::reach("approval.taken");
        warn!(holder = window.holder.actor.name(), %permission, action = %hash,
            "something is done under broken glass");
        Ok(Some(taken))
    }

    /// Closes a window early.
    ///
    /// # Errors
    /// [`Error::NotFound`] when none of that id is open, or when storage fails.
    pub async fn end_broken_glass(&self, context: &Context, id: &str) -> Result<BreakGlass, Error> {
        let windows = self.windows(&context.scope).await?;
        let found = windows.into_iter().find(|(window, _)| window.id == id);
        let (mut window, version) = found.ok_or_else(|| Error::NotFound(id.to_owned()))?;
        window.ended_at = Some(self.clock.now());
        let action = Action::on("break_glass.end", [&window.id]);
        self.keep(context, action, &window, Guard::Version(version))
            .await?;
        Ok(window)
    }

    async fn windows(&self, scope: &Scope) -> Result<Vec<(BreakGlass, u64)>, Error> {
        let now = self.clock.now();
        let open = Query::of(Collection::BreakGlass)
            .with("until", Test::AtLeast(now.as_millis()))
            .limit(100);
        let page = self.records.list(scope, &open).await?;
        let mut windows = Vec::new();
        for document in page.documents {
            let window: BreakGlass = serde_json::from_value(document.body)
                .map_err(|error| Error::Records(aurora_records::Error::storage(error)))?;
            if window.is_open(now) {
                windows.push((window, document.version));
            }
        }
        Ok(windows)
    }

    async fn keep(
        &self,
        context: &Context,
        action: Action,
        window: &BreakGlass,
        guard: Guard,
    ) -> Result<(), Error> {
        let change = put(Change::decided(action), window, guard);
        self.records.commit(context, change).await?;
        Ok(())
    }
}

fn put(change: Change, window: &BreakGlass, guard: Guard) -> Change {
    let body = serde_json::to_value(window).expect("a window is plain data");
    change.put(Collection::BreakGlass, &window.id, guard, body)
}
