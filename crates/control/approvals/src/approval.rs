//! One approval as a pure machine: what people said of a deed, and what follows.

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::id_type;
use aurora_model::{Actor, AuthStrength};
use aurora_permissions::{Assured, Human, Needs, Principal};
use serde::{Deserialize, Serialize};

use crate::{ActionHash, Deed};

id_type!(
    /// A request for approval.
    ApprovalId
);

/// A request that is not decided within this is denied.
pub const APPROVED_FOR: Duration = Duration::from_secs(15 * 60);
/// How long the asker's assertion is good.
pub const STEP_UP_FOR: Duration = Duration::from_secs(5 * 60);

/// Somebody with a part in it: the account and the human behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub actor: Actor,
    pub human: Option<Human>,
}

/// A fresh proof of who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    pub at: Timestamp,
    pub strength: AuthStrength,
}

/// One person's agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub by: Party,
    pub assertion: Assertion,
    pub note: String,
}

/// What the deed would touch, for whoever decides: counted by the site, not said by the asker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blast {
    /// One fact a line, such as `removes 2,690 events`.
    pub lines: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for an assertion or for people.
    Pending,
    /// Everything was shown; the asker may do it, once.
    Approved,
    Denied,
    /// Nobody decided in time, which is a denial.
    Expired,
    Used,
}

/// What was asked for, and what was said of it. A document of the records store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub id: ApprovalId,
    /// Indexed, so that asking twice is asking once.
    pub action: ActionHash,
    pub deed: Deed,
    pub step_up: bool,
    pub approvers: u8,
    /// Of the policies that asked for it.
    pub policy: String,
    pub blast: Blast,
    pub asked_by: Party,
    pub reason: String,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: State,
    /// The asker's own.
    pub assertion: Option<Assertion>,
    pub given: Vec<Given>,
    pub denied_by: Option<Party>,
    pub ended_at: Option<Timestamp>,
}

/// Why the machine does not move.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is {} already", .0.as_str())]
    Over(State),
    #[error("it was asked for by somebody else")]
    NotTheAsker,
    /// The asker, another account of the asker, or nobody in particular.
    #[error("who asked cannot approve, under whatever account")]
    SameHuman,
    #[error("they approved it already, under whatever account")]
    TwiceTheSame,
    /// They may not do it themselves.
    #[error("who may not do it cannot approve it")]
    MayNot,
    #[error("it was given for another action or for other arguments")]
    OtherAction,
    #[error("it waits for a fresh assertion of the asker")]
    NoAssertion,
    #[error("it waits for {0} more to approve it")]
    TooFew(u8),
    #[error("too many of theirs wait already: take one back first")]
    TooMany,
}

impl Approval {
    /// Asks. `needs` is what the judge found lacking.
    pub fn ask(
        id: ApprovalId,
        deed: Deed,
        needs: Needs,
        by: &Principal,
        reason: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            action: deed.hash(),
            deed,
            step_up: needs.step_up,
            approvers: needs.approvers,
            policy: String::new(),
            blast: Blast::default(),
            asked_by: Party::from(by),
            reason: reason.to_owned(),
            asked_at: now,
            expires_at: now.plus(APPROVED_FOR),
            state: State::Pending,
            assertion: None,
            given: Vec::new(),
            denied_by: None,
            ended_at: None,
        }
    }

    /// Its state now: what nobody decided in time is denied, whether or not that is written yet.
    pub fn state_at(&self, now: Timestamp) -> State {
        match self.state {
            State::Pending | State::Approved if self.expires_at <= now => State::Expired,
            state => state,
        }
    }

    fn open(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.state_at(now) {
            State::Pending | State::Approved => Ok(()),
            over => Err(Refusal::Over(over)),
        }
    }

    fn asked_by(&self, who: &Principal) -> bool {
        self.asked_by.actor == who.actor
    }

    /// The asker proved who they are.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn assert(
        &mut self,
        who: &Principal,
        strength: AuthStrength,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.may_assert(who, now)?;
        self.assertion = Some(Assertion { at: now, strength });
        self.settle(now);
        Ok(())
    }

    /// # Errors
    /// Why an assertion of theirs would be of no use.
    pub fn may_assert(&self, who: &Principal, now: Timestamp) -> Result<(), Refusal> {
        self.open(now)?;
        if self.asked_by(who) {
            Ok(())
        } else {
            Err(Refusal::NotTheAsker)
        }
    }

    /// Another human agrees. That they may do it themselves is for the caller to know.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn approve(
        &mut self,
        who: &Principal,
        strength: AuthStrength,
        note: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.may_approve(who, now)?;
        self.given.push(Given {
            by: Party::from(who),
            assertion: Assertion { at: now, strength },
            note: note.to_owned(),
        });
        self.settle(now);
        Ok(())
    }

    /// # Errors
    /// Why they cannot agree.
    pub fn may_approve(&self, who: &Principal, now: Timestamp) -> Result<(), Refusal> {
        self.open(now)?;
        let asker = self.asked_by.human.as_ref();
        if self.asked_by(who) || !asker.is_some_and(|asker| who.is_another_human_than(asker)) {
            return Err(Refusal::SameHuman);
        }
        let mut given = self.given.iter();
        if given.any(|given| given.by.human == who.human || given.by.actor == who.actor) {
            return Err(Refusal::TwiceTheSame);
        }
        Ok(())
    }

    /// Somebody says no, or the asker takes it back. One no is enough.
    ///
    /// # Errors
    /// [`Refusal::Over`].
    pub fn deny(&mut self, who: &Principal, now: Timestamp) -> Result<(), Refusal> {
        self.open(now)?;
        self.denied_by = Some(Party::from(who));
        self.end(State::Denied, now);
        Ok(())
    }

    /// The asker does it: once, with exactly these arguments.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn take(
        &mut self,
        who: &Principal,
        action: &ActionHash,
        now: Timestamp,
    ) -> Result<Assured, Refusal> {
        self.open(now)?;
        if !self.asked_by(who) {
            return Err(Refusal::NotTheAsker);
        }
        if self.action != *action || self.deed.hash() != *action {
            return Err(Refusal::OtherAction);
        }
        let step_up = self.is_asserted(now);
        if self.step_up && !step_up {
            return Err(Refusal::NoAssertion);
        }
        let approvers = self.agreed();
        if approvers < self.approvers {
            return Err(Refusal::TooFew(self.approvers - approvers));
        }
        self.end(State::Used, now);
        Ok(Assured {
            step_up,
            approvers,
            break_glass: false,
        })
    }

    /// Time is up.
    pub fn expire(&mut self, now: Timestamp) {
        if self.state_at(now) == State::Expired {
            self.end(State::Expired, now);
        }
    }

    /// What is still to be shown.
    pub fn lacks(&self, now: Timestamp) -> Needs {
        Needs {
            step_up: self.step_up && !self.is_asserted(now),
            approvers: self.approvers.saturating_sub(self.agreed()),
            ..Needs::NOTHING
        }
    }

    /// Whether it asks for as much as is needed.
    pub fn covers(&self, needs: Needs) -> bool {
        (self.step_up || !needs.step_up) && self.approvers >= needs.approvers
    }

    fn is_asserted(&self, now: Timestamp) -> bool {
        let assertion = self.assertion.as_ref();
        assertion.is_some_and(|assertion| now < assertion.at.plus(STEP_UP_FOR))
    }

    fn agreed(&self) -> u8 {
        u8::try_from(self.given.len()).unwrap_or(u8::MAX)
    }

    fn settle(&mut self, now: Timestamp) {
        if self.state == State::Pending && self.lacks(now) == Needs::NOTHING {
            self.state = State::Approved;
        }
    }

    fn end(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.ended_at = Some(now);
    }
}

impl From<&Principal> for Party {
    fn from(principal: &Principal) -> Self {
        Self {
            actor: principal.actor.clone(),
            human: principal.human.clone(),
        }
    }
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Used => "used",
        }
    }
}

impl Blast {
    pub fn of(lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            lines: lines.into_iter().map(Into::into).collect(),
        }
    }
}
