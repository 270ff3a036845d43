use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "AuroraSOC",
        description = "The API of one site. Times are epoch milliseconds, ids lower-case \
hexadecimal. On the site's Unix socket the caller is the local operator; over TCP a console \
session is needed, and writes must come from the console's own origin.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/api/v1")),
)]
struct Document;

/// The OpenAPI document, as it is checked in at `docs/openapi.json`.
pub fn openapi() -> String {
    let (_, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(routes::api().into_router())
        .split_for_parts();
    let mut text = document
        .to_pretty_json()
        .expect("the document is plain data");
    text.push('\n');
    text
}
