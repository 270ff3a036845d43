//! Signed notes, checkpoints, cosignatures and witnesses against the specifications' examples.

use aurora_audit::witness::{AddCheckpoint, Refusal, judge};
use aurora_audit::{Checkpoint, Frontier, Hash, KeyKind, Note, Signed, VerifierKey, proof};
use aurora_secrets::{Secret, Signer};

/// The example of Go's `sumdb/note`, which the specification describes.
const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The seed in the example's private key, `AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz` without its
/// first byte.
fn peter() -> Signer {
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD
        .decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
        .unwrap();
    Signer::from_seed(&Secret::new(key[1..].try_into().unwrap()))
}

pub(crate) fn signer(number: u8) -> Signer {
    Signer::from_seed(&Secret::new([number; 32]))
}

#[test]
fn the_reference_example_is_read_and_written() {
    let key: VerifierKey = VKEY.parse().unwrap();
    let note = Note::parse(NOTE.as_bytes()).unwrap();
    assert_eq!(note.check(&key).unwrap().time, None);
    assert_eq!(note.to_string(), NOTE);
    let mut mine = Note::new(note.text.clone());
    mine.sign("PeterNeumann", &peter()).unwrap();
    assert_eq!(mine.to_string(), NOTE, "Ed25519 signs one way");
    for (at, byte) in NOTE.bytes().enumerate() {
        let mut changed = NOTE.as_bytes().to_vec();
        changed[at] = byte ^ 1;
        let refused = Note::parse(&changed)
            .and_then(|note| note.check(&key))
            .is_err();
        assert!(refused, "byte {at}");
    }
}

#[test]
fn a_verifier_key_has_one_form() {
    for at in 0..VKEY.len() {
        for other in [b'A', b'+', b'0', b'/'] {
            let mut changed = VKEY.as_bytes().to_vec();
            if changed[at] != other {
                changed[at] = other;
                let changed = String::from_utf8(changed).unwrap();
                assert!(changed.parse::<VerifierKey>().is_err(), "{changed}");
            }
        }
        assert!(VKEY[..at].parse::<VerifierKey>().is_err());
    }
    let go = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    assert_eq!(go.parse::<VerifierKey>().unwrap().to_string(), go);
}

/// The example of C2SP tlog-cosignature; its keys are not published.
const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\n\
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

#[test]
fn the_examples_of_the_specifications_are_read() {
    let note = Note::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(note.to_string(), EXAMPLE);
    let head = Checkpoint::parse(&note.text).unwrap();
    assert_eq!(
        (head.origin.as_str(), head.size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(head.to_string(), note.text);
    let cosigned = &note.signatures[1].bytes;
    assert_eq!(cosigned.len(), 72);
    assert_eq!(
        cosigned[..8],
        1_679_315_147u64.to_be_bytes(),
        "as the text of the example says"
    );
    let request = format!(
        "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\n{EXAMPLE}"
    );
    let read = AddCheckpoint::parse(request.as_bytes()).unwrap();
    assert_eq!((read.old, read.proof.len()), (20_852_014, 2));
    assert_eq!(read.to_string(), request);
}

#[test]
fn a_checkpoint_has_one_form() {
    let good = "origin\n10\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    Checkpoint::parse(good).unwrap();
    for bad in [
        good.replace("10", "010"),
        good.replace("10", "+1"),
        good.replace("origin", ""),
        good.replace("2I=", "2J="),
        good.replace("2I=", "2I"),
        format!("{good}\n"),
        good.replace("10\n", ""),
    ] {
        assert!(Checkpoint::parse(&bad).is_err(), "{bad}");
    }
    assert_eq!(
        Checkpoint::parse(&format!("{good}more\n"))
            .unwrap()
            .extensions,
        ["more"]
    );
}

fn head(size: u64, signer: &Signer) -> Signed {
    let mut tree = Frontier::default();
    (0..size).for_each(|number| tree.push(Hash::leaf(&number.to_be_bytes())));
    Checkpoint::new("site/log".to_owned(), size, tree.root())
        .sign(signer)
        .unwrap()
}

#[test]
fn a_cosignature_is_of_one_text_and_one_time() {
    let (log, witness) = (signer(1), signer(2));
    let key = VerifierKey::new("peer/w", KeyKind::Cosignature, witness.public_key()).unwrap();
    let mut note = head(5, &log).note;
    let made = note.cosign("peer/w", &witness, 1_679_315_147).unwrap();
    assert_eq!(note.check(&key).unwrap().time, Some(1_679_315_147));
    assert!(note.to_string().ends_with(&made.to_string()));
    let mut later = note.clone();
    later.signatures[1].bytes[7] ^= 1;
    assert!(later.check(&key).is_err());
    let mut other = head(6, &log).note;
    other.signatures.push(made);
    assert!(other.check(&key).is_err());
    let plain = VerifierKey::new("peer/w", KeyKind::Ed25519, witness.public_key()).unwrap();
    assert!(
        note.check(&plain).is_err(),
        "a cosignature is no signature of the log"
    );
}

struct All(u64);

impl proof::Nodes for All {
    fn node(&self, level: u8, index: u64) -> Result<Hash, aurora_audit::Error> {
        let mut tree = Frontier::default();
        let leaves = (index << level)..((index + 1) << level);
        assert!(leaves.end <= self.0);
        leaves.for_each(|number| tree.push(Hash::leaf(&number.to_be_bytes())));
        Ok(tree.root())
    }
}

#[test]
fn a_witness_signs_only_what_continues() {
    let log = signer(1);
    let key = VerifierKey::new("site/log", KeyKind::Ed25519, log.public_key()).unwrap();
    let request = |old: u64, new: &Signed| AddCheckpoint {
        old,
        proof: proof::consistency(&All(100), old, new.checkpoint.size.max(old)).unwrap(),
        checkpoint: new.note.to_string(),
    };
    let (old, new) = (head(40, &log), head(71, &log));
    let seen = Some(&old.checkpoint);
    let judged =
        |request: AddCheckpoint, seen| judge(&request, &key, seen).map(|s| s.checkpoint.size);
    assert_eq!(judged(request(0, &old), None), Ok(40));
    assert_eq!(judged(request(40, &new), seen), Ok(71));
    assert_eq!(
        judged(request(40, &old), seen),
        Ok(40),
        "once more the same"
    );
    assert_eq!(
        judged(request(0, &new), seen),
        Err(Refusal::Moved { size: 40 })
    );
    assert_eq!(
        judged(request(40, &head(39, &log)), seen),
        Err(Refusal::Backwards)
    );
    let forged = Checkpoint::new("site/log".to_owned(), 40, Hash::empty())
        .sign(&log)
        .unwrap();
    assert_eq!(
        judged(request(40, &forged), seen),
        Err(Refusal::Forked { size: 40 })
    );
    let forged = Checkpoint::new("site/log".to_owned(), 71, Hash::empty())
        .sign(&log)
        .unwrap();
    assert_eq!(judged(request(40, &forged), seen), Err(Refusal::NotProven));
    assert_eq!(
        judged(request(40, &head(71, &signer(3))), seen),
        Err(Refusal::NotSigned)
    );
    let statuses = [
        Refusal::Unknown,
        Refusal::NotSigned,
        Refusal::Backwards,
        Refusal::NotProven,
    ];
    assert_eq!(
        statuses.map(|refusal| refusal.status()),
        [404, 403, 400, 422]
    );
}
