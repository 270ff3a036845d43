//! The console's files, read once when the site starts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use axum::body::Bytes;

use crate::Error;

/// Every file by the path it is asked for. Requests look names up and never reach the disk, so
/// that no path can lead outside.
#[derive(Debug, Default)]
pub(crate) struct Assets {
    files: HashMap<String, Asset>,
}

#[derive(Debug)]
struct Asset {
    bytes: Bytes,
    media_type: &'static str,
    etag: HeaderValue,
}

/// Stands in where the console was not built.
const PLAIN_PAGE: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
<title>AuroraSOC</title><h1>AuroraSOC</h1>\
<p>The site runs; its console was not built. Build it with <code>just web</code>, or use the \
command line: <code>aurorasoc alerts</code>.</p></html>\n";

impl Assets {
    /// Reads `folder`; a folder that is not there is a console that was not built.
    pub(crate) fn read(folder: Option<&Path>) -> Result<Self, Error> {
        let mut assets = Self::default();
        let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
            return Ok(assets);
        };
        assets
            .walk(folder, "")
            .map_err(|(path, source)| Error::Console { path, source })?;
        Ok(assets)
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> Result<(), (PathBuf, std::io::Error)> {
        let fail = |source| (folder.to_owned(), source);
        for entry in std::fs::read_dir(folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
            let path = entry.path();
            if path.is_dir() {
                self.walk(&path, &name)?;
            } else {
                let bytes = std::fs::read(&path).map_err(|source| (path, source))?;
                self.files.insert(name.clone(), Asset::new(&name, bytes));
            }
        }
        Ok(())
    }

    /// The file, or the console's page for every address inside the console.
    pub(crate) fn get(&self, path: &str, headers: &HeaderMap) -> Response {
        match self.files.get(path) {
            Some(asset) => asset.response(path, headers),
            None if looks_like_a_file(path) => StatusCode::NOT_FOUND.into_response(),
            None => match self.files.get("/index.html") {
                Some(index) => index.response("/index.html", headers),
                None => page(StatusCode::OK, PLAIN_PAGE),
            },
        }
    }
}

impl Asset {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let etag = aurora_ids::Derive::new("aurora.asset.v1")
            .part(&bytes)
            .finish();
        let etag = HeaderValue::from_str(&format!("\"{etag}\"")).expect("hexadecimal is a header");
        Self {
            bytes: bytes.into(),
            media_type: media_type(name),
            etag,
        }
    }

    fn response(&self, path: &str, headers: &HeaderMap) -> Response {
        // Vite puts a hash of the content into the names under /assets.
        let cache = if path.starts_with("/assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let known = headers.get(header::IF_NONE_MATCH) == Some(&self.etag);
        let common = [
            (header::ETAG, self.etag.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media_type),
            ),
        ];
        if known {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, self.bytes.clone()).into_response()
    }
}

/// A page of our own making.
pub(crate) fn page(status: StatusCode, text: impl Into<String>) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        text.into(),
    )
        .into_response()
}

fn looks_like_a_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn built() -> (tempfile::TempDir, Assets) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("assets")).unwrap();
        std::fs::write(dir.path().join("index.html"), "<p>console").unwrap();
        std::fs::write(dir.path().join("assets/a.js"), "1").unwrap();
        let assets = Assets::read(Some(dir.path())).unwrap();
        (dir, assets)
    }

    fn seen(response: &Response) -> (u16, &str, &str) {
        let text = |name| {
            response
                .headers()
                .get(name)
                .map_or("", |v| v.to_str().unwrap())
        };
        let (kind, cache) = (text(header::CONTENT_TYPE), text(header::CACHE_CONTROL));
        (response.status().as_u16(), kind, cache)
    }

    #[test]
    fn files_are_found_and_addresses_inside_the_console_get_its_page() {
        let (_dir, assets) = built();
        let none = HeaderMap::new();
        let html = "text/html; charset=utf-8";
        for (path, want) in [
            ("/", (200, html, "no-cache")),
            ("/alerts", (200, html, "no-cache")),
            (
                "/assets/a.js",
                (
                    200,
                    "text/javascript; charset=utf-8",
                    "public, max-age=31536000, immutable",
                ),
            ),
            ("/assets/b.js", (404, "", "")),
            ("/../Cargo.toml", (404, "", "")),
            ("/assets/../../etc/passwd.txt", (404, "", "")),
        ] {
            assert_eq!(seen(&assets.get(path, &none)), want, "{path}");
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let (_dir, assets) = built();
        let first = assets.get("/", &HeaderMap::new());
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(assets.get("/", &headers).status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn without_a_console_there_is_a_plain_page() {
        for folder in [None, Some(Path::new("/nowhere/at/all"))] {
            let assets = Assets::read(folder).unwrap();
            assert_eq!(seen(&assets.get("/", &HeaderMap::new())).0, 200);
            assert_eq!(seen(&assets.get("/x.js", &HeaderMap::new())).0, 404);
        }
    }
}
