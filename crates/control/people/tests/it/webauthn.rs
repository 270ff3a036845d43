//! The pure part: what fits is taken, and nothing else.

use aurora_people::webauthn::{
    Assertion, Attestation, Fault, PublicKey, Signed, Wanted, assert, claimed, register,
};
use proptest::prelude::*;

use crate::forge::{Pair, Said};
use crate::lab::ORIGIN;

const CHALLENGE: &[u8] = b"thirty-two bytes of challenge...";

fn wanted() -> Wanted<'static> {
    Wanted {
        challenge: CHALLENGE,
        origin: ORIGIN,
        relying_party: "localhost",
    }
}

fn made(pair: &Pair, said: &Said, vouched: bool) -> Result<PublicKey, Fault> {
    let client_data = said.client_data();
    let object = pair.object(said, vouched);
    let sent = Attestation {
        client_data: &client_data,
        object: &object,
    };
    register(wanted(), sent).map(|made| made.key)
}

fn signed(pair: &Pair, key: &PublicKey, said: &Said) -> Result<Signed, Fault> {
    let (client_data, data) = (said.client_data(), said.data(None));
    let signature = pair.sign(&data, &client_data);
    let sent = Assertion {
        client_data: &client_data,
        authenticator_data: &data,
        signature: &signature,
    };
    assert(wanted(), key, sent)
}

#[test]
fn honest_proofs_of_every_kind_of_key_are_taken() {
    for pair in [Pair::es256(), Pair::ed()] {
        for vouched in [false, true] {
            let key = made(&pair, &Said::create(CHALLENGE), vouched).unwrap();
            let kept = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<PublicKey>(&kept).unwrap(), key);
            let found = signed(&pair, &key, &Said::get(CHALLENGE, 9)).unwrap();
            assert_eq!(found.count, 9);
            assert!(found.flags.is_verified() && !found.flags.is_backed_up());
        }
    }
    let (challenge, origin) = claimed(&Said::create(CHALLENGE).client_data()).unwrap();
    assert_eq!((challenge.as_slice(), origin.as_str()), (CHALLENGE, ORIGIN));
}

/// Every lie that an authenticator or a page can tell, and what it is called.
fn lies(honest: Said) -> Vec<(Fault, Said)> {
    let edit = |edit: fn(&mut Said)| {
        let mut said = honest.clone();
        edit(&mut said);
        said
    };
    vec![
        (Fault::Challenge, edit(|said| said.challenge[0] ^= 1)),
        (Fault::Challenge, edit(|said| said.challenge.truncate(31))),
        (Fault::Challenge, edit(|said| said.challenge.clear())),
        (
            Fault::Origin,
            edit(|said| said.origin = "http://localhost:8444".to_owned()),
        ),
        (
            Fault::Origin,
            edit(|said| said.origin = "https://evil.example".to_owned()),
        ),
        (Fault::Framed, edit(|said| said.framed = true)),
        (
            Fault::RelyingParty,
            edit(|said| said.relying_party = "evil.example".to_owned()),
        ),
        (Fault::NotPresent, edit(|said| said.flags &= !1)),
        (Fault::NotVerified, edit(|said| said.flags &= !4)),
        (Fault::Backup, edit(|said| said.flags |= 16)),
        (Fault::AuthenticatorData, edit(|said| said.tail = vec![0])),
        (Fault::AuthenticatorData, edit(|said| said.flags |= 128)),
    ]
}

#[test]
fn what_was_made_for_something_else_is_not_taken() {
    let pair = Pair::es256();
    let key = made(&pair, &Said::create(CHALLENGE), false).unwrap();
    for (fault, said) in lies(Said::create(CHALLENGE)) {
        assert_eq!(made(&pair, &said, false).unwrap_err(), fault);
    }
    for (fault, said) in lies(Said::get(CHALLENGE, 1)) {
        assert_eq!(signed(&pair, &key, &said).unwrap_err(), fault);
    }
    let mut said = Said::create(CHALLENGE);
    said.ceremony = "webauthn.get";
    assert_eq!(made(&pair, &said, false).unwrap_err(), Fault::Ceremony);
    let mut said = Said::get(CHALLENGE, 1);
    said.ceremony = "webauthn.create";
    assert_eq!(signed(&pair, &key, &said).unwrap_err(), Fault::Ceremony);
    let mut said = Said::create(CHALLENGE);
    said.flags &= !64;
    assert_eq!(
        made(&pair, &said, false).unwrap_err(),
        Fault::AuthenticatorData
    );
    let mut said = Said::create(CHALLENGE);
    said.id = Vec::new();
    assert_eq!(
        made(&pair, &said, false).unwrap_err(),
        Fault::AuthenticatorData
    );
    said.id = vec![7; 1_024];
    assert_eq!(
        made(&pair, &said, false).unwrap_err(),
        Fault::AuthenticatorData
    );
}

#[test]
fn a_signature_of_another_key_is_not_taken() {
    let (pair, other) = (Pair::es256(), Pair::es256());
    let key = made(&pair, &Said::create(CHALLENGE), false).unwrap();
    let said = Said::get(CHALLENGE, 1);
    assert_eq!(signed(&other, &key, &said).unwrap_err(), Fault::Signature);
    assert_eq!(
        signed(&Pair::ed(), &key, &said).unwrap_err(),
        Fault::Signature
    );
}

/// Extensions that nobody asked for may stand there all the same.
#[test]
fn extensions_are_read_past() {
    let pair = Pair::es256();
    let key = made(&pair, &Said::create(CHALLENGE), false).unwrap();
    let mut said = Said::get(CHALLENGE, 1);
    said.flags |= 128;
    said.tail = vec![0xa1, 0x61, b'x', 0xf5];
    assert!(signed(&pair, &key, &said).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// One byte of what is signed, or of the signature, is another: nothing is taken.
    #[test]
    fn no_byte_can_be_changed(part in 0..3_usize, at in any::<prop::sample::Index>(), by in 1..=255_u8) {
        let pair = Pair::ed();
        let key = made(&pair, &Said::create(CHALLENGE), false).unwrap();
        let said = Said::get(CHALLENGE, 1);
        let (client_data, data) = (said.client_data(), said.data(None));
        let signature = pair.sign(&data, &client_data);
        let mut parts = [client_data, data, signature];
        let at = at.index(parts[part].len());
        parts[part][at] ^= by;
        let [client_data, data, signature] = &parts;
        let sent = Assertion { client_data, authenticator_data: data, signature };
        prop_assert!(assert(wanted(), &key, sent).is_err());
    }

    /// Whatever bytes come, there is an answer.
    #[test]
    fn nothing_panics(client_data in prop::collection::vec(any::<u8>(), 0..80), mut object in prop::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
        let honest = Said::create(CHALLENGE);
        let pair = Pair::es256();
        let sent = Attestation { client_data: &client_data, object: &object };
        prop_assert!(register(wanted(), sent).is_err());
        let whole = pair.object(&honest, true);
        let cut = cut.index(whole.len());
        object.splice(0..0, whole[..cut].iter().copied());
        let told = honest.client_data();
        let sent = Attestation { client_data: &told, object: &object };
        prop_assert!(register(wanted(), sent).is_err());
    }
}
