//! Deeds that were begun: between the approval that is used up and what came of it.

use aurora_ids::Id128;
use aurora_model::effect::{Intent, Outcome};
use aurora_model::{Context, Scope};
use aurora_permissions::Assured;
use aurora_records::{Change, effect};

use crate::{Approval, Approvals, Deed, Error};

/// In whose name deeds are announced.
const ROLE: &str = "approval";

/// What was shown for a deed is used up, and the deed is announced; it is to be done now, and
/// [`Approvals::done`] says how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub assured: Assured,
    intent: Intent,
}

impl Taken {
    pub(crate) fn of(approval: &Approval, assured: Assured) -> Self {
        Self {
            assured,
            intent: intent(approval.id.to_string(), &approval.deed),
        }
    }

    pub(crate) fn under_broken_glass(deed: &Deed) -> Self {
        Self {
            assured: Assured {
                break_glass: true,
                ..Assured::default()
            },
            intent: intent(Id128::random().to_string(), deed),
        }
    }

    pub(crate) fn id(&self) -> &String {
        &self.intent.id
    }

    /// The change that begins it, for what uses it up to be added to.
    pub(crate) fn announced(&self) -> Change {
        Change::announce(ROLE, &self.intent)
    }
}

fn intent(id: String, deed: &Deed) -> Intent {
    Intent {
        id,
        does: deed.permission.to_string(),
        target: deed.object.clone(),
    }
}

impl Approvals {
    /// Puts on record how a deed ended.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn done(
        &self,
        context: &Context,
        taken: &Taken,
        outcome: Outcome,
    ) -> Result<(), Error> {
        let change = Change::settle(ROLE, &taken.intent, outcome);
        self.records.commit(context, change).await?;
        Ok(())
    }

    /// Puts on record that nobody knows what came of deeds that were begun when a process ended: for a process
    /// that has just started and lets nobody do any yet. Gives those deeds.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn report_unknown(&self, scope: &Scope) -> Result<Vec<Intent>, Error> {
        Ok(effect::report_unknown(self.records.as_ref(), scope, ROLE).await?)
    }
}
