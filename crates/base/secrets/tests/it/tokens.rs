use aurora_secrets::{Keyring, Purpose};
use proptest::prelude::*;

use crate::Site;

#[test]
fn a_token_fits_its_own_hash_of_its_own_purpose_and_site() {
    let (here, there) = (Site::new(), Site::new());
    let tokens = Keyring::open(&here.keys())
        .unwrap()
        .tokens(Purpose::LinkToken);
    let issued = tokens.issue("link");
    let token = issued.token.expose();
    assert!(
        token.starts_with("link_") && token.len() == 69,
        "{}",
        token.len()
    );
    assert!(tokens.fits(token, &issued.hash));
    assert_eq!(tokens.hash(token), issued.hash);
    assert_ne!(tokens.issue("link").token, issued.token);
    for (site, purpose) in [(&here, Purpose::IngestToken), (&there, Purpose::LinkToken)] {
        let other = Keyring::open(&site.keys()).unwrap().tokens(purpose);
        assert!(!other.fits(token, &issued.hash));
    }
    assert!(!issued.hash.contains(&token[5..21]));
}

proptest! {
    #[test]
    fn other_tokens_do_not_fit(token in ".*", other in ".*") {
        let site = Site::new();
        let tokens = Keyring::open(&site.keys()).unwrap().tokens(Purpose::IngestToken);
        let hash = tokens.hash(&token);
        prop_assert!(tokens.fits(&token, &hash));
        prop_assert_eq!(tokens.fits(&other, &hash), token == other);
        prop_assert!(!tokens.fits(&token, &hash[1..]));
        prop_assert!(!tokens.fits(&token, &hash.to_uppercase()) || hash.to_uppercase() == hash);
    }
}
