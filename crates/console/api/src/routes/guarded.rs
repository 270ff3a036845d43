//! Routes, each behind the permission that it takes.
//!
//! A router of plain routes does not fit into the API: what is registered without a permission
//! does not compile. The permission also stands in the document, as `x-permission`.

use std::time::Duration;

use aurora_permissions::Permission;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, PathItem, Paths};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::gate;
use crate::state::Shared;

/// The document's word for it.
pub(crate) const EXTENSION: &str = "x-permission";

/// Routes that nobody reaches without a permission.
pub(crate) struct Guarded(OpenApiRouter<Shared>);

impl Guarded {
    pub(crate) fn new() -> Self {
        Self(OpenApiRouter::new())
    }

    /// Adds one handler, or several that take the same permission.
    pub(crate) fn on(
        self,
        permission: Permission,
        (schemas, paths, methods): UtoipaMethodRouter<Shared>,
    ) -> Self {
        let paths = marked(paths, permission);
        let methods = methods.route_layer(from_fn_with_state(permission, gate::pass));
        Self(self.0.routes((schemas, paths, methods)))
    }

    pub(crate) fn merge(self, other: Self) -> Self {
        Self(self.0.merge(other.0))
    }

    /// Gives requests so long.
    pub(crate) fn within(self, limit: Duration) -> Self {
        Self(self.0.layer(from_fn_with_state(limit, super::within)))
    }

    /// Takes bodies of so many bytes.
    pub(crate) fn bodies_up_to(self, bytes: usize) -> Self {
        Self(self.0.layer(DefaultBodyLimit::max(bytes)))
    }

    pub(crate) fn into_router(self) -> OpenApiRouter<Shared> {
        self.0
    }
}

fn marked(mut paths: Paths, permission: Permission) -> Paths {
    for item in paths.paths.values_mut() {
        for operation in operations(item) {
            let extensions = operation.extensions.get_or_insert_with(Extensions::default);
            extensions.insert(EXTENSION.to_owned(), permission.to_string().into());
        }
    }
    paths
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ];
    all.into_iter().flatten()
}
