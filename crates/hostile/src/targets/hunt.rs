//! A query as a person types it.

pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match aurora_hunt::parse(text) {
        // What a tree prints is what it is read from, unless lists make it longer than a query may be.
        Ok(query) => {
            let shown = query.to_string();
            if shown.len() <= aurora_hunt::MAX_BYTES {
                assert_eq!(aurora_hunt::parse(&shown).as_ref(), Ok(&query));
            }
        }
        Err(error) => assert!(!error.render(text).is_empty()),
    }
}
