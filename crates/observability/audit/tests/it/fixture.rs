//! A log that the first release wrote is verified by every later one.

use std::path::Path;
use std::sync::Arc;

use aurora_audit::{Folder, Policy, Verdict, verify};
use aurora_disk::RealDisk;
use expect_test::expect;

#[test]
fn the_first_version_of_a_folder_stays_readable() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1");
    let folder = Folder::new(Arc::new(RealDisk::new(path).unwrap()));
    let key = folder.key().unwrap();
    let report = verify(&folder, &Policy::of(key.clone())).unwrap();
    assert_eq!(
        (report.verdict(), report.records),
        (Verdict::Unwitnessed, 3)
    );
    expect!["rCG7oEvVCscHIERKRdso25CzjMlC8vBvKkginEQYeNQ="]
        .assert_eq(&report.head.unwrap().root.to_string());
    let head = folder.head(&key).unwrap();
    let (record, _) = folder.prove(1, &head).unwrap().verify(&key).unwrap();
    assert_eq!(record.decision.seq, 2);
    let entries = [
        "checkpoint",
        "log.vkey",
        "records/000.p/3",
        "tile/0/000.p/3",
        "tile/entries/000.p/3",
    ];
    assert_eq!(folder.files().unwrap(), entries);
}
