use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use aurora_model::SiteId;
use aurora_permissions::{
    Ask, Assured, CustomRole, Decide, Denial, Needs, Permission, Principal, Verdict,
};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Request, RestrictedExpression as Value, Schema,
};
use tracing::error;

use crate::Error;
use crate::entities::{Key, Known, Names};
use crate::policies::{Policies, policies, schema};

/// So many principals are kept ready; with one more all are forgotten, and made again as they ask.
const READY: usize = 512;

/// Cedar with the policies of one site.
#[derive(Debug)]
pub struct Cedar {
    site: String,
    schema: Schema,
    /// The actions with their groups; shared by the entities of all who ask.
    actions: Entities,
    names: Names,
    /// By the permission's place in the table: what is told where nothing is needed.
    plain: Vec<Context>,
    authorizer: Authorizer,
    policies: RwLock<Arc<Policies>>,
    ready: RwLock<HashMap<Key, Arc<Known>>>,
}

/// What the policies are told beside who, what and where.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Facts {
    age: u64,
    local: bool,
    assured: Assured,
}

impl Cedar {
    /// # Errors
    /// See [`Error`].
    pub fn new(site: SiteId, custom: &[CustomRole]) -> Result<Self, Error> {
        let schema = schema()?;
        let policies = policies(&schema, custom)?;
        let actions = schema.action_entities();
        Ok(Self {
            site: site.to_string(),
            actions: actions.map_err(|error| Error::Schema(Box::new(error)))?,
            schema,
            names: Names::new(),
            plain: Permission::all()
                .map(|permission| Facts::IDEAL.context(permission))
                .collect(),
            authorizer: Authorizer::new(),
            policies: RwLock::new(Arc::new(policies)),
            ready: RwLock::default(),
        })
    }

    fn known(&self, principal: &Principal, ask: Ask<'_>) -> Option<Arc<Known>> {
        let key = Key::new(principal, ask.scope);
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = ready.get(&key) {
            return Some(Arc::clone(known));
        }
        drop(ready);
        let known = self
            .names
            .known(principal, &self.site, ask.scope, &self.actions);
        let known = known
            .inspect_err(|cause| error!(%cause, "cannot describe a principal to the policies"))
            .ok()?;
        let known = Arc::new(known);
        let mut ready = self.ready.write().unwrap_or_else(PoisonError::into_inner);
        if ready.len() >= READY {
            ready.clear();
        }
        ready.insert(key, Arc::clone(&known));
        Some(known)
    }

    /// Whether it is allowed, and which policies forbid it.
    fn evaluate(
        &self,
        policies: &Policies,
        known: &Known,
        permission: Permission,
        facts: Facts,
    ) -> Result<(), Vec<String>> {
        let (resource, place) = (permission.resource() as usize, permission.index());
        let context = if facts == Facts::IDEAL || permission.needs() == Needs::NOTHING {
            self.plain[place].clone()
        } else {
            facts.context(permission)
        };
        let request = Request::new(
            known.principal.clone(),
            self.names.actions[place].clone(),
            known.resources[resource].clone(),
            context,
            None,
        );
        let request = request.expect("nothing is checked against a schema");
        let response =
            self.authorizer
                .is_authorized(&request, &policies.slices[place], &known.entities);
        let mut errors = response.diagnostics().errors().peekable();
        if errors.peek().is_some() {
            for cause in errors {
                error!(%cause, %permission, "a policy failed: denied");
            }
            return Err(Vec::new());
        }
        match response.decision() {
            Decision::Allow => Ok(()),
            Decision::Deny => {
                let forbidding = response.diagnostics().reason();
                Err(forbidding.map(ToString::to_string).collect())
            }
        }
    }
}

impl Decide for Cedar {
    fn decide(&self, principal: &Principal, ask: Ask<'_>) -> Verdict {
        let denied = Verdict::Denied(Denial::Permission);
        let Some(known) = self.known(principal, ask) else {
            return denied;
        };
        let policies = self.policies.read();
        let policies = Arc::clone(&policies.unwrap_or_else(PoisonError::into_inner));
        let facts = Facts {
            age: principal.age_seconds(ask.now),
            local: principal.is_local(),
            assured: ask.assured,
        };
        let forbidding = match self.evaluate(&policies, &known, ask.permission, facts) {
            Ok(()) => return Verdict::Allowed,
            // Nothing forbids it and nothing permits it.
            Err(forbidding) if forbidding.is_empty() => return denied,
            Err(forbidding) => forbidding,
        };
        // Were everything shown that can be: what is still denied is so for who they are.
        let ideal = self.evaluate(&policies, &known, ask.permission, Facts::IDEAL);
        if ideal.is_err() {
            return denied;
        }
        why(&forbidding, ask.permission).unwrap_or(denied)
    }

    fn version(&self) -> String {
        let policies = self.policies.read().unwrap_or_else(PoisonError::into_inner);
        policies.version.clone()
    }

    fn set_roles(&self, custom: &[CustomRole]) -> Result<(), aurora_permissions::Error> {
        let made = policies(&self.schema, custom)
            .map_err(|error| aurora_permissions::Error::Policies(Box::new(error)))?;
        *self
            .policies
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(made);
        Ok(())
    }
}

/// What the forbidding policies ask for, by their names.
fn why(forbidding: &[String], permission: Permission) -> Option<Verdict> {
    let needs = permission.needs();
    let any = |prefix: &str| forbidding.iter().any(|name| name.starts_with(prefix));
    if any("needs:host") {
        return Some(Verdict::Denied(Denial::NotAtTheHost));
    }
    if any("needs:age:") {
        let within_seconds = needs.within_seconds?;
        return Some(Verdict::Denied(Denial::Stale { within_seconds }));
    }
    let lacking = Needs {
        step_up: any("needs:step_up"),
        approvers: if any("needs:approvers:") {
            needs.approvers
        } else {
            0
        },
        ..Needs::NOTHING
    };
    lacking.binding().then_some(Verdict::Needs(lacking))
}

impl Facts {
    const IDEAL: Self = Self {
        age: 0,
        local: true,
        assured: Assured {
            step_up: true,
            approvers: u8::MAX,
            break_glass: true,
        },
    };

    fn context(self, permission: Permission) -> Context {
        let Assured {
            step_up,
            approvers,
            break_glass,
        } = self.assured;
        let age = i64::try_from(self.age).unwrap_or(i64::MAX);
        let facts = [
            ("permission", Value::new_string(permission.to_string())),
            ("age", Value::new_long(age)),
            ("local", Value::new_bool(self.local)),
            ("stepped_up", Value::new_bool(step_up)),
            ("approvers", Value::new_long(approvers.into())),
            ("broken_glass", Value::new_bool(break_glass)),
        ];
        let facts = facts.map(|(name, value)| (name.to_owned(), value));
        Context::from_pairs(facts).expect("each fact has a name of its own")
    }
}
