use serde::{Deserialize, Serialize};

use crate::table::{Row, TABLE};
use crate::words::{Action, Resource};
use crate::{Error, Needs};

/// A `(resource, action)` pair of [`TABLE`]; there are no others. Written `alert.close`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(u8);

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u128);

/// Names a permission; one that is not in the table does not compile.
///
/// ```
/// let close = aurora_permissions::permission!(Alert, Close);
/// assert_eq!(close.to_string(), "alert.close");
/// ```
#[macro_export]
macro_rules! permission {
    ($resource:ident, $action:ident) => {
        const { $crate::Permission::of($crate::Resource::$resource, $crate::Action::$action) }
    };
}

const _: () = assert!(TABLE.len() <= 128, "Permissions holds 128");

impl Permission {
    /// # Panics
    /// When the table has no such pair; in a constant, the compiler says so.
    pub const fn of(resource: Resource, action: Action) -> Self {
        let mut index = 0;
        while index < TABLE.len() {
            let row = &TABLE[index];
            if row.resource as u8 == resource as u8 && row.action as u8 == action as u8 {
                #[allow(clippy::cast_possible_truncation)] // at most 128 rows, see above
                return Self(index as u8);
            }
            index += 1;
        }
        panic!("the table of permissions has no such resource and action");
    }

    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        (0..TABLE.len()).map(|index| Self(u8::try_from(index).expect("at most 128 rows")))
    }

    /// Its place in the table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub const fn row(self) -> &'static Row {
        &TABLE[self.0 as usize]
    }

    pub const fn resource(self) -> Resource {
        self.row().resource
    }

    pub const fn action(self) -> Action {
        self.row().action
    }

    pub const fn needs(self) -> Needs {
        self.row().needs
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.resource(), self.action())
    }
}

impl std::fmt::Debug for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permission({self})")
    }
}

impl std::str::FromStr for Permission {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::all().find(|permission| {
            name.split_once('.').is_some_and(|(resource, action)| {
                permission.resource().as_str() == resource && permission.action().as_str() == action
            })
        });
        found.ok_or_else(|| Error::NoPermission(name.to_owned()))
    }
}

impl TryFrom<String> for Permission {
    type Error = Error;

    fn try_from(name: String) -> Result<Self, Error> {
        name.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.to_string()
    }
}

impl Permissions {
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission.0) != 0
    }

    pub const fn insert(&mut self, permission: Permission) {
        self.0 |= 1 << permission.0;
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = Self::default();
        permissions
            .into_iter()
            .for_each(|permission| set.insert(permission));
        set
    }
}

impl Serialize for Permissions {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Permission>::deserialize(deserializer).map(|all| all.into_iter().collect())
    }
}
