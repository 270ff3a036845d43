use aurora_audit::Verdict;
use aurora_audit_sequencer::Keys;
use aurora_disk::SimDisk;
use aurora_model::Action;

use crate::stand::{decision, decisions, files, folder, judge, keyring, open, scope};

fn erasing(seq: u64, numbers: &[u64]) -> aurora_model::Decision {
    let mut decision = decision(seq);
    decision.action = Action::on("audit.erase", numbers.iter().map(u64::to_string));
    decision
}

fn holds(disk: &SimDisk, text: &str) -> bool {
    let found = |bytes: &Vec<u8>| bytes.windows(text.len()).any(|it| it == text.as_bytes());
    files(disk).values().any(found)
}

#[test]
fn an_erased_record_is_gone_and_everything_is_still_proved() {
    let keys = Keys::of(&keyring(), &scope());
    let disk = SimDisk::new(1);
    let mut log = open(&disk, &keys);
    for range in [1..=10, 11..=12, 13..=300, 301..=310] {
        log.append(&decisions(range)).unwrap();
    }
    let before = log.head().clone();
    assert!(holds(&disk, "\"reason 9\"") && holds(&disk, "\"reason 305\""));
    let head = log
        .append(&[erasing(311, &[9, 305, 311, 400])])
        .unwrap()
        .clone();
    assert!(!holds(&disk, "\"reason 9\"") && !holds(&disk, "\"reason 305\""));
    assert!(holds(&disk, "\"reason 8\"") && holds(&disk, "\"reason 306\""));
    log.append(&decisions(312..=320)).unwrap();
    let report = judge(&disk, &keys, Some(&before));
    assert_eq!(report.problems, []);
    assert_eq!((report.erased, report.records), (2, 318));
    assert_eq!(report.verdict(), Verdict::Ok);
    let folder = folder(&disk);
    assert!(folder.prove(8, &head).is_err(), "there is nothing to show");
    let proof = folder.prove(7, &head).unwrap();
    let (record, _) = proof.verify(&keys.verifier().unwrap()).unwrap();
    assert_eq!(record.decision, decision(8));
}

#[test]
fn an_erasure_that_a_crash_cut_off_is_finished() {
    let keys = Keys::of(&keyring(), &scope());
    let erase = |disk: &SimDisk| {
        let mut log = open(disk, &keys);
        log.append(&decisions(1..=40)).unwrap();
        log.append(&decisions(41..=300)).unwrap();
        let before = disk.ops();
        let done = log.append(&[erasing(301, &[5, 260])]).is_ok();
        (done, before, disk.ops())
    };
    let (_, first, last) = erase(&SimDisk::new(1));
    for operation in first + 1..=last {
        let disk = SimDisk::new(operation);
        disk.lose_power_after(operation);
        let (done, ..) = erase(&disk);
        let disk = disk.crash();
        let mut log = open(&disk, &keys);
        if log.head().checkpoint.size < 301 {
            assert!(!done);
            log.append(&[erasing(301, &[5, 260])]).unwrap();
        }
        assert!(
            !holds(&disk, "\"reason 5\"") && !holds(&disk, "\"reason 260\""),
            "{operation}"
        );
        let report = judge(&disk, &keys, None);
        assert_eq!(
            (report.problems.len(), report.erased, report.unfinished),
            (0, 2, 0)
        );
    }
}
