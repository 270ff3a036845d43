//! JSON within limits, against serde_json itself.

pub fn run(bytes: &[u8]) {
    let ours = aurora_formats::json::parse(bytes);
    if let Ok(document) = ours {
        let theirs: serde_json::Value =
            serde_json::from_slice(bytes).expect("both read it or neither");
        assert_eq!(document.value, theirs);
    }
}
