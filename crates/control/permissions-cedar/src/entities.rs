//! Principals and scopes as Cedar's entities, made once for each who asks.

use std::collections::{HashMap, HashSet};

use aurora_model::Scope;
use aurora_permissions::{
    Kind, Permission, Permissions, Principal, Resource, RoleName, Tenants, render,
};
use cedar_policy::{Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};

/// What entities are made of: whoever has the same of these is the same to the policies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    actor: aurora_model::Actor,
    roles: Vec<RoleName>,
    tenants: Tenants,
    only: Option<Permissions>,
    scope: Scope,
}

/// Entities of one principal in one scope, with the names that requests use.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) principal: EntityUid,
    /// By the resource's place in `Resource::ALL`.
    pub(crate) resources: Vec<EntityUid>,
    pub(crate) entities: Entities,
}

impl Key {
    pub(crate) fn new(principal: &Principal, scope: &Scope) -> Self {
        Self {
            actor: principal.actor.clone(),
            roles: principal.roles.clone(),
            tenants: principal.tenants.clone(),
            only: principal.only,
            scope: scope.clone(),
        }
    }
}

/// Names by Cedar's types.
#[derive(Debug)]
pub(crate) struct Names {
    site: EntityTypeName,
    tenant: EntityTypeName,
    role: EntityTypeName,
    kinds: [EntityTypeName; 3],
    resources: Vec<EntityTypeName>,
    /// By the permission's place in the table.
    pub(crate) actions: Vec<EntityUid>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let actions = Permission::all().map(|permission| action(&permission.to_string()));
        let resources = Resource::ALL.iter();
        Self {
            site: type_name("Site"),
            tenant: type_name("Tenant"),
            role: type_name("Role"),
            kinds: ["Person", "Service", "LocalOperator"].map(type_name),
            resources: resources
                .map(|resource| type_name(&render::entity_type(*resource)))
                .collect(),
            actions: actions.collect(),
        }
    }

    /// The principal, what it may act on in the scope, and the actions with their groups.
    pub(crate) fn known(
        &self,
        principal: &Principal,
        home: &str,
        scope: &Scope,
        actions: &Entities,
    ) -> Result<Known, Box<dyn std::error::Error + Send + Sync>> {
        let (site, tenant) = (uid(&self.site, &scope.site.to_string()), self.tenant(scope));
        let resources: Vec<_> = self
            .resources
            .iter()
            .map(|kind| uid(kind, &scope.to_string()))
            .collect();
        let mut all = vec![
            Entity::new_no_attrs(site.clone(), HashSet::new()),
            Entity::new_no_attrs(tenant.clone(), HashSet::from([site])),
        ];
        let within = HashSet::from([tenant]);
        let collections = resources.iter().cloned();
        all.extend(collections.map(|uid| Entity::new_no_attrs(uid, within.clone())));
        let name = self.principal(principal);
        all.push(self.entity(name.clone(), principal, home, scope)?);
        let entities = actions.clone().add_entities(all, None)?;
        Ok(Known {
            principal: name,
            resources,
            entities,
        })
    }

    fn tenant(&self, scope: &Scope) -> EntityUid {
        uid(&self.tenant, &scope.to_string())
    }

    fn principal(&self, principal: &Principal) -> EntityUid {
        let kind = match principal.kind() {
            Kind::Person => 0,
            Kind::Service => 1,
            Kind::LocalOperator => 2,
        };
        uid(&self.kinds[kind], principal.actor.name())
    }

    fn entity(
        &self,
        name: EntityUid,
        principal: &Principal,
        home: &str,
        scope: &Scope,
    ) -> Result<Entity, Box<dyn std::error::Error + Send + Sync>> {
        use RestrictedExpression as Value;
        let (everywhere, tenants) = match &principal.tenants {
            Tenants::All => (true, Vec::new()),
            // Of tenants only the one that is asked about matters here.
            Tenants::Only(_) if principal.tenants.include(&scope.tenant) => {
                (false, vec![Value::new_entity_uid(self.tenant(scope))])
            }
            Tenants::Only(_) => (false, Vec::new()),
        };
        let only = principal.only.unwrap_or_default();
        let only = only
            .iter()
            .map(|permission| Value::new_string(permission.to_string()));
        let attributes = HashMap::from([
            (
                "site".to_owned(),
                Value::new_entity_uid(uid(&self.site, home)),
            ),
            ("everywhere".to_owned(), Value::new_bool(everywhere)),
            ("tenants".to_owned(), Value::new_set(tenants)),
            (
                "narrowed".to_owned(),
                Value::new_bool(principal.only.is_some()),
            ),
            ("only".to_owned(), Value::new_set(only)),
        ]);
        let roles = principal
            .roles
            .iter()
            .map(|role| uid(&self.role, role.as_str()));
        Ok(Entity::new(name, attributes, roles.collect())?)
    }
}

/// An action or a group of actions.
pub(crate) fn action(name: &str) -> EntityUid {
    uid(&type_name("Action"), name)
}

fn type_name(name: &str) -> EntityTypeName {
    let whole = format!("{}::{name}", render::NAMESPACE);
    whole.parse().expect("our words are Cedar names")
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}
