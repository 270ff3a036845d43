use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use aurora_model::SiteId;

use crate::{
    Ask, Assured, CustomRole, Decide, Denial, Error, Kind, Needs, Permission, Principal, RoleName,
    Verdict,
};

/// The table read literally. What decides in a site is Cedar; this is what it is compared with,
/// and what serves where no engine is wanted.
#[derive(Debug)]
pub struct Plain {
    site: SiteId,
    custom: RwLock<BTreeMap<RoleName, CustomRole>>,
}

impl Plain {
    pub fn new(site: SiteId, custom: impl IntoIterator<Item = CustomRole>) -> Self {
        let custom = custom.into_iter().map(|role| (role.name.clone(), role));
        Self {
            site,
            custom: RwLock::new(custom.collect()),
        }
    }

    fn has(&self, role: &RoleName, permission: Permission) -> bool {
        if let Some(role) = role.built_in() {
            return role.has(permission);
        }
        let custom = self.custom.read().unwrap_or_else(PoisonError::into_inner);
        let custom = custom.get(role);
        custom.is_some_and(|role| role.permissions.contains(&permission))
    }

    fn permits(&self, principal: &Principal, ask: Ask<'_>) -> bool {
        let anyone = permission_of_anyone(ask.permission);
        let by_role = || {
            let mut roles = principal.roles.iter();
            roles.any(|role| self.has(role, ask.permission))
        };
        let narrowed = principal
            .only
            .is_none_or(|only| only.contains(ask.permission));
        ask.scope.site == self.site
            && principal.tenants.include(&ask.scope.tenant)
            && narrowed
            && (anyone || by_role())
    }
}

fn permission_of_anyone(permission: Permission) -> bool {
    permission.row().who == crate::Who::Anyone
}

impl Decide for Plain {
    fn decide(&self, principal: &Principal, ask: Ask<'_>) -> Verdict {
        if !self.permits(principal, ask) {
            return Verdict::Denied(Denial::Permission);
        }
        let needs = ask.permission.needs();
        if needs.at_the_host && !principal.is_local() {
            return Verdict::Denied(Denial::NotAtTheHost);
        }
        let age = principal.age_seconds(ask.now);
        match needs.within_seconds {
            Some(within_seconds) if age > u64::from(within_seconds) => {
                Verdict::Denied(Denial::Stale { within_seconds })
            }
            _ => match lacking(needs, principal, ask.assured) {
                Needs::NOTHING => Verdict::Allowed,
                lacking => Verdict::Needs(lacking),
            },
        }
    }

    fn version(&self) -> String {
        "plain".to_owned()
    }

    fn set_roles(&self, roles: &[CustomRole]) -> Result<(), Error> {
        let roles = roles.iter().map(|role| (role.name.clone(), role.clone()));
        *self.custom.write().unwrap_or_else(PoisonError::into_inner) = roles.collect();
        Ok(())
    }
}

/// What is still to be shown.
fn lacking(needs: Needs, principal: &Principal, assured: Assured) -> Needs {
    if assured.break_glass && !needs.always {
        return Needs::NOTHING;
    }
    let local = principal.kind() == Kind::LocalOperator;
    let step_up = needs.step_up && !assured.step_up && !local;
    let alone = needs.host_alone && local;
    let approvers = if alone || assured.approvers >= needs.approvers {
        0
    } else {
        needs.approvers
    };
    Needs {
        step_up,
        approvers,
        ..Needs::NOTHING
    }
}
