//! The gate before every route: whether the caller may, and what must be shown first.

use aurora_approvals::{ActionHash, ApprovalId, Asked, Deed, Taken};
use aurora_model::effect::Outcome;
use aurora_model::{Context, RuleId, Severity};
use aurora_permissions::{Ask, Assured, Denial, Needs, Permission, Role, Verdict, Who, permission};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tracing::warn;

use crate::auth::Caller;
use crate::deeds::Begun;
use crate::refusal::Refusal;
use crate::state::Shared;

/// The header that names an approval.
pub(crate) const APPROVAL: &str = "aurora-approval";
/// What may have to be shown to a second person is no larger, in bytes.
const MOST_ARGUMENTS: usize = 256 * 1024;

/// Lets a request through to its handler, or answers why not.
pub(crate) async fn pass(
    State(permission): State<Permission>,
    request: Request,
    next: Next,
) -> Response {
    match admit(permission, request).await {
        Ok((request, None)) => next.run(request).await,
        Ok((request, Some((shared, begun)))) => {
            let deeds = shared.deeds.clone();
            deeds.carry_out(shared, begun, request, next).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// A request that may be handled, and what was used up for it.
type Admitted = (Request, Option<(Shared, Begun)>);

async fn admit(permission: Permission, request: Request) -> Result<Admitted, Refusal> {
    let extensions = request.extensions();
    let (Some(caller), Some(shared)) = (extensions.get::<Caller>(), extensions.get::<Shared>())
    else {
        return Err(Refusal::unauthenticated());
    };
    let gate = Gate { caller, shared };
    // Nobody makes us read a body who may not do this anyway.
    match gate.decide(permission, Assured::default()) {
        verdict @ Verdict::Denied(_) => return Err(gate.refusal(permission, verdict)),
        Verdict::Allowed if !arguments_matter(permission) => return Ok((request, None)),
        Verdict::Allowed | Verdict::Needs(_) => {}
    }
    let (caller, shared) = (caller.clone(), shared.clone());
    let gate = Gate {
        caller: &caller,
        shared: &shared,
    };
    let (parts, body) = request.into_parts();
    let (body, read) = arguments(body).await?;
    let begun = gate.bound(permission, &parts, read).await?;
    let begun = begun.map(|begun| (shared.clone(), begun));
    Ok((Request::from_parts(parts, body), begun))
}

/// What the caller may, whatever some of it needs beside.
pub(crate) fn permissions(shared: &Shared, caller: &Caller) -> Vec<String> {
    let gate = Gate { caller, shared };
    let may = |permission: &Permission| {
        !matches!(
            gate.decide(*permission, Assured::default()),
            Verdict::Denied(Denial::Permission | Denial::NotAtTheHost)
        )
    };
    let all = Permission::all().filter(may);
    all.map(|permission| permission.to_string()).collect()
}

/// Whether the exact arguments matter: for what they are bound to, or for what it takes.
fn arguments_matter(permission: Permission) -> bool {
    permission.needs().binding() || permission == permission!(Suppression, Create)
}

struct Gate<'a> {
    caller: &'a Caller,
    shared: &'a Shared,
}

impl Gate<'_> {
    fn decide(&self, permission: Permission, assured: Assured) -> Verdict {
        let ask = Ask {
            permission,
            scope: &self.shared.scope,
            now: self.shared.clock.now(),
            assured,
        };
        self.shared.decide.decide(&self.caller.principal, ask)
    }

    fn refusal(&self, permission: Permission, verdict: Verdict) -> Refusal {
        let actor = self.caller.principal.actor.name();
        warn!(actor, %permission, ?verdict, "denied");
        match verdict {
            Verdict::Denied(Denial::NotAtTheHost) => Refusal::local_only(),
            Verdict::Denied(Denial::Stale { within_seconds }) => Refusal::stale(within_seconds),
            _ => Refusal::lacks(permission, &who_has(permission)),
        }
    }

    /// Admits what its exact arguments were shown for, or what needs nothing to be shown.
    async fn bound(
        &self,
        declared: Permission,
        parts: &Parts,
        body: Value,
    ) -> Result<Option<Begun>, Refusal> {
        let permission = self.effective(declared, &body).await?;
        let needs = match self.decide(permission, Assured::default()) {
            Verdict::Allowed => return Ok(None),
            Verdict::Needs(needs) => needs,
            verdict => return Err(self.refusal(permission, verdict)),
        };
        let deed = Deed {
            permission,
            object: parts.uri.path().to_owned(),
            arguments: json!({
                "method": parts.method.as_str(),
                "query": parts.uri.query(),
                "body": body,
            }),
            scope: self.shared.scope.clone(),
        };
        let context = self.context(&body);
        if let Some(id) = named(&parts.headers)? {
            return self
                .take(context, permission, id, &deed.hash())
                .await
                .map(Some);
        }
        match self.under_broken_glass(&context, &deed).await? {
            Some(taken) => Ok(Some(Begun { taken, context })),
            None => Err(self.ask(&context, deed, needs).await?),
        }
    }

    /// What the arguments make of it: hiding what a severe rule finds takes more.
    async fn effective(&self, declared: Permission, body: &Value) -> Result<Permission, Refusal> {
        if declared != permission!(Suppression, Create) {
            return Ok(declared);
        }
        // Without a rule the handler refuses it.
        let Some(rule) = body.get("rule").and_then(Value::as_str) else {
            return Ok(declared);
        };
        let rule = RuleId(rule.to_owned());
        let severe = match self.shared.site.rule(&self.shared.scope, &rule).await {
            Ok(rule) => rule.rule.severity >= Severity::High,
            Err(crate::site::Error::NotFound { .. }) => false,
            Err(error) => return Err(error.into()),
        };
        Ok(if severe {
            permission!(Suppression, CreateSevere)
        } else {
            declared
        })
    }

    async fn take(
        &self,
        context: Context,
        permission: Permission,
        id: ApprovalId,
        hash: &ActionHash,
    ) -> Result<Begun, Refusal> {
        let approvals = &self.shared.approvals;
        let taken = approvals.take(&context, &self.caller.principal, id, hash);
        let begun = Begun {
            taken: taken.await?,
            context,
        };
        match self.decide(permission, begun.taken.assured) {
            Verdict::Allowed => Ok(begun),
            // What it takes has changed since it was asked for.
            verdict => {
                begun.ended(self.shared, Outcome::Failed).await;
                Err(self.refusal(permission, verdict))
            }
        }
    }

    async fn under_broken_glass(
        &self,
        context: &Context,
        deed: &Deed,
    ) -> Result<Option<Taken>, Refusal> {
        let assured = Assured {
            break_glass: true,
            ..Assured::default()
        };
        if self.decide(deed.permission, assured) != Verdict::Allowed {
            return Ok(None);
        }
        let approvals = &self.shared.approvals;
        let used = approvals.use_broken_glass(context, &self.caller.principal, deed);
        Ok(used.await?)
    }

    async fn ask(&self, context: &Context, deed: Deed, needs: Needs) -> Result<Refusal, Refusal> {
        let shared = self.shared;
        let blast = shared.site.blast(&deed).await?;
        let asked = Asked { deed, needs, blast };
        let approval = shared.approvals.ask(context, &self.caller.principal, asked);
        let approval = approval.await?;
        Ok(Refusal::approval_needed(&approval))
    }

    fn context(&self, body: &Value) -> Context {
        let reason = body.get("reason").and_then(Value::as_str);
        let reason: String = reason.unwrap_or_default().chars().take(2_000).collect();
        self.caller
            .context(&self.shared.scope, &reason, "asks for it")
    }
}

/// The built-in roles that have it.
fn who_has(permission: Permission) -> Vec<Role> {
    let roles = Role::ALL.into_iter().filter(|role| role.has(permission));
    match permission.row().who {
        Who::Anyone => Vec::new(),
        Who::Roles(_) => roles.collect(),
    }
}

fn named(headers: &HeaderMap) -> Result<Option<ApprovalId>, Refusal> {
    let mut all = headers.get_all(APPROVAL).into_iter();
    let (first, second) = (all.next(), all.next());
    let Some(named) = first else {
        return Ok(None);
    };
    let id = named.to_str().ok().and_then(|text| text.parse().ok());
    match (id, second) {
        (Some(id), None) => Ok(Some(id)),
        _ => Err(Refusal::invalid("`Aurora-Approval` names no approval")),
    }
}

/// The body twice: for the handler, written anew from what is bound, so that both read the same.
async fn arguments(body: Body) -> Result<(Body, Value), Refusal> {
    let bytes = to_bytes(body, MOST_ARGUMENTS).await;
    let bytes: Bytes = bytes.map_err(|_| Refusal::too_large(MOST_ARGUMENTS))?;
    if bytes.is_empty() {
        return Ok((Body::empty(), Value::Null));
    }
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|_| Refusal::invalid("cannot read the body: it is no JSON"))?;
    let written = serde_json::to_vec(&value).expect("JSON is written as it was read");
    Ok((Body::from(written), value))
}
