//! People, and a store in memory.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_approvals::{ActionHash, Approvals, Asked, Blast, Deed, Verifier, VerifierError};
use aurora_clock::{Clock, ManualClock};
use aurora_ids::Id128;
use aurora_model::{Actor, AuthStrength, Context, Scope, SiteId, TraceContext};
use aurora_permissions::{Human, Needs, Permission, Plain, Principal, Role, Tenants, permission};
use aurora_records::{DecisionQuery, Records};
use aurora_records_memory::MemoryRecords;
use serde_json::{Value, json};

pub(crate) struct Stand {
    pub(crate) approvals: Approvals,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) scope: Scope,
}

pub(crate) fn stand() -> Stand {
    let clock = Arc::new(ManualClock::at("2026-06-03T14:00:00Z".parse().unwrap()));
    let records: Arc<dyn Records> = Arc::new(MemoryRecords::new(clock.clone()));
    let scope = Scope::of(SiteId(Id128::from_bytes([1; 16])));
    let decide = Arc::new(Plain::new(scope.site, []));
    let approvals = Approvals::new(records.clone(), clock.clone(), decide, Arc::new(Word));
    Stand {
        approvals,
        clock,
        records,
        scope,
    }
}

impl Stand {
    pub(crate) fn person(&self, name: &str, human: &str, role: Role) -> Principal {
        Principal {
            actor: Actor::Person(name.to_owned()),
            human: Some(Human(human.to_owned())),
            roles: vec![role.into()],
            tenants: Tenants::All,
            only: None,
            authenticated_at: self.clock.now(),
            strength: AuthStrength::Totp,
        }
    }

    pub(crate) fn context(&self, who: &Principal) -> Context {
        Context {
            scope: self.scope.clone(),
            actor: who.actor.clone(),
            auth: who.strength,
            reason: "a test".to_owned(),
            policy: None,
            trace: TraceContext::new(),
        }
    }

    pub(crate) fn deed(&self, permission: Permission, arguments: Value) -> Deed {
        Deed {
            permission,
            object: "/audit/erase".to_owned(),
            arguments,
            scope: self.scope.clone(),
        }
    }

    /// Erasing, which takes a step-up and another person.
    pub(crate) fn erase(&self) -> Asked {
        Asked {
            deed: self.deed(permission!(Audit, Erase), json!({ "numbers": [1, 2] })),
            needs: Needs {
                step_up: true,
                approvers: 1,
                ..Needs::NOTHING
            },
            blast: Blast::of(["takes 2 records out"]),
        }
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The names of all decisions, in order.
    pub(crate) async fn decided(&self) -> Vec<String> {
        let all = DecisionQuery {
            limit: 1_000,
            ..DecisionQuery::default()
        };
        let decisions = self.records.decisions(&self.scope, &all).await.unwrap();
        decisions.into_iter().map(|one| one.action.name).collect()
    }
}

/// Says yes to the person's word for this action.
#[derive(Debug)]
struct Word;

pub(crate) fn word(who: &Principal, action: &ActionHash) -> Value {
    json!({ "word": format!("{} wants {action}", who.actor.name()) })
}

#[async_trait]
impl Verifier for Word {
    async fn challenge(
        &self,
        _: &Scope,
        who: &Principal,
        action: &ActionHash,
    ) -> Result<Option<Value>, VerifierError> {
        Ok(Some(word(who, action)))
    }

    async fn verify(
        &self,
        _: &Scope,
        who: &Principal,
        action: &ActionHash,
        assertion: &Value,
    ) -> Result<AuthStrength, VerifierError> {
        if *assertion == word(who, action) {
            return Ok(AuthStrength::Passkey);
        }
        Err(VerifierError::Refused)
    }
}
