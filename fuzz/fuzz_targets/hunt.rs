//! A query as a person types it.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    match aurora_hunt::parse(text) {
        // What a tree prints is what it is read from.
        Ok(query) => assert_eq!(aurora_hunt::parse(&query.to_string()).as_ref(), Ok(&query)),
        Err(error) => assert!(!error.render(text).is_empty()),
    }
});
