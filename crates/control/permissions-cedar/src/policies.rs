//! Texts become a policy set whose policies have the names that the texts give them.

use aurora_permissions::{CustomRole, render};
use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};

use crate::Error;

/// Policies in force, and what names them.
#[derive(Debug)]
pub(crate) struct Policies {
    pub(crate) set: PolicySet,
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
    Ok(Policies { set, version })
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
