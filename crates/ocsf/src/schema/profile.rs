//! Profiles: sets of attributes that an event opts into by naming them in `metadata.profiles`.

use serde_json::Value;

use crate::generated::profiles::PROFILES;

/// One of the schema's profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Profile(pub(crate) u8);

impl Profile {
    /// `cloud`, `linux/linux_users`.
    pub fn name(self) -> &'static str {
        PROFILES[usize::from(self.0)]
    }
}

/// The profile of this name.
pub fn profile(name: &str) -> Option<Profile> {
    let index = PROFILES.iter().position(|profile| *profile == name)?;
    Some(Profile(
        u8::try_from(index).expect("the schema has ten profiles"),
    ))
}

/// The profiles that one event names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ProfileSet(u32);

impl ProfileSet {
    /// Reads `metadata.profiles`; unknown names bring nothing in and are ignored.
    pub fn of_event(event: &Value) -> Self {
        let names = event
            .get("metadata")
            .and_then(|metadata| metadata.get("profiles"));
        let names = names
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let bits = names.iter().filter_map(Value::as_str).filter_map(profile);
        Self(bits.fold(0, |set, profile| set | 1 << profile.0))
    }

    pub fn has(self, profile: Profile) -> bool {
        self.0 & 1 << profile.0 != 0
    }
}
