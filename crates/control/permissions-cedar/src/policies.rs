//! Texts become policies that have the names that the texts give them, sorted by what they speak of.

use std::collections::HashSet;

use aurora_permissions::{CustomRole, Permission, render};
use cedar_policy::{
    ActionConstraint, EntityUid, Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator,
};

use crate::Error;
use crate::entities::action;

/// Policies in force, and what names them.
#[derive(Debug)]
pub(crate) struct Policies {
    /// By the permission's place in the table: the policies that speak of it. What a policy's
    /// scope says of actions never changes, so the others could not have a say.
    pub(crate) slices: Vec<PolicySet>,
    /// The first half of a hash over all texts.
    pub(crate) version: String,
}

pub(crate) fn schema() -> Result<Schema, Error> {
    let (schema, _) = Schema::from_cedarschema_str(&render::schema())
        .map_err(|error| Error::Schema(Box::new(error)))?;
    Ok(schema)
}

pub(crate) fn policies(schema: &Schema, custom: &[CustomRole]) -> Result<Policies, Error> {
    let built_in = render::policies();
    let mut texts = vec![("built-in roles".to_owned(), built_in)];
    for role in custom {
        if role.name.built_in().is_some() {
            return Err(Error::BuiltIn(role.name.to_string()));
        }
        texts.extend(render::custom_policy(role).map(|text| (role.name.to_string(), text)));
    }
    let mut hash = blake3::Hasher::new_derive_key("aurora.policies.v1");
    let mut set = PolicySet::new();
    for (name, text) in &texts {
        hash.update(text.as_bytes());
        add(&mut set, name, text)?;
    }
    fits(schema, &set)?;
    let version = hash.finalize().to_hex()[..16].to_owned();
    let slices = Permission::all().map(|permission| slice(&set, permission));
    Ok(Policies {
        slices: slices.collect::<Result<_, _>>()?,
        version,
    })
}

fn slice(set: &PolicySet, permission: Permission) -> Result<PolicySet, Error> {
    let groups = render::groups(permission).into_iter();
    let names = groups.chain([permission.to_string()]);
    let names: HashSet<EntityUid> = names.map(|name| action(&name)).collect();
    let mut slice = PolicySet::new();
    for policy in set.policies() {
        let speaks = match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(one) => names.contains(&one),
            ActionConstraint::In(some) => some.iter().any(|one| names.contains(one)),
        };
        if speaks {
            let added = slice.add(policy.clone());
            added.map_err(|error| Error::policy(policy.id().as_ref(), error))?;
        }
    }
    Ok(slice)
}

fn add(set: &mut PolicySet, name: &str, text: &str) -> Result<(), Error> {
    let parsed: PolicySet = text.parse().map_err(|error| Error::policy(name, error))?;
    for policy in parsed.policies() {
        let named = named(policy);
        set.add(named).map_err(|error| Error::policy(name, error))?;
    }
    Ok(())
}

/// Cedar numbers policies as it reads them; ours say their names.
fn named(policy: &Policy) -> Policy {
    match policy.annotation("id") {
        Some(id) => policy.new_id(PolicyId::new(id)),
        None => policy.clone(),
    }
}

fn fits(schema: &Schema, set: &PolicySet) -> Result<(), Error> {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    if result.validation_passed() {
        return Ok(());
    }
    let errors: Vec<_> = result
        .validation_errors()
        .map(ToString::to_string)
        .collect();
    Err(Error::Unfit(errors.join("; ")))
}
