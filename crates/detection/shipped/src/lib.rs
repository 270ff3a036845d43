//! The rules that the product ships: `content/rules/**/*.yml`, inside the binary.
//!
//! What it is: the texts, so that a site without any folder detects from its first record. What it
//! is not: it knows no Sigma and checks nothing; `aurora-rules` makes a set of the texts, and the
//! tests here run every rule on its golden records. To add a rule see `content/README.md`.
//!
//! Start reading at [`rules`].

use rust_embed::RustEmbed;

/// The golden records beside the rules stay out. `debug-embed` puts the files into development
/// builds too: a binary that reads the folder it was built from would be a different product.
#[derive(RustEmbed)]
#[folder = "../../../content/rules"]
#[include = "*.yml"]
struct Files;

/// Every rule file in the order of the paths: its path below `content/rules`, with forward slashes,
/// and its text, ready for `aurora_rules::SourceFiles::extend`.
pub fn rules() -> impl Iterator<Item = (String, String)> {
    let mut paths: Vec<_> = Files::iter().collect();
    paths.sort_unstable();
    paths.into_iter().filter_map(|path| {
        let bytes = Files::get(&path)?.data.into_owned();
        let text = String::from_utf8(bytes).expect("the tests read every shipped rule as text");
        Some((path.into_owned(), text))
    })
}
