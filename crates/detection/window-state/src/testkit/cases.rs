use aurora_model::Shard;

use super::{Stand, batch, outbox, read};
use crate::{Batch, Error, FORMAT, Head, WindowStore};

fn open(store: &dyn WindowStore, shard: u16, epoch: u64) -> Head {
    store
        .open(Shard::numbered(shard), epoch)
        .expect("the epoch is new")
}

fn commit(store: &dyn WindowStore, batches: &[Batch]) {
    store.commit(batches).expect("the store works");
}

fn out(mut batch: Batch, texts: &[&str], handed: u64) -> Batch {
    batch.outgoing = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    batch.handed = handed;
    batch
}

/// Keys, offset and outgoing messages of several shards stand together afterwards.
pub fn a_commit_is_whole(stand: &dyn Stand) {
    let store = stand.open();
    assert_eq!(store.head(Shard::numbered(3)).expect("works"), None);
    let (_, _) = (open(store.as_ref(), 3, 1), open(store.as_ref(), 4, 1));
    let one = out(batch(3, 1, 10, &["a=1", "b=2"]), &["x", "y"], 0);
    let two = batch(4, 1, 20, &["c=3"]);
    commit(store.as_ref(), &[one, two]);
    assert_eq!(read(store.as_ref(), 3), ["a=1", "b=2"]);
    assert_eq!(read(store.as_ref(), 4), ["c=3"]);
    let head = store
        .head(Shard::numbered(3))
        .expect("works")
        .expect("opened");
    let wanted = Head {
        epoch: 1,
        offset: 10,
        last_out: 2,
        handed: 0,
    };
    assert_eq!(head, wanted);
    commit(store.as_ref(), &[batch(3, 1, 11, &["a", "b=", "never"])]);
    assert_eq!(read(store.as_ref(), 3), ["b="]);
}

/// A key of one shard is no key of its neighbours, whatever it is made of.
pub fn shards_keep_their_own(stand: &dyn Stand) {
    let store = stand.open();
    let key = |last: u8| vec![0xff, 0xff, last];
    for shard in [0, 1, 62, 63] {
        open(store.as_ref(), shard, 1);
        let mut batch = batch(shard, 1, 1, &["=empty"]);
        batch.keys.push((key(0), Some(shard.to_le_bytes().into())));
        batch
            .keys
            .push((key(0xff), Some(shard.to_le_bytes().into())));
        commit(store.as_ref(), &[batch]);
    }
    for shard in [0_u16, 1, 62, 63] {
        let mut found = Vec::new();
        let visit = &mut |key: &[u8], value: &[u8]| found.push((key.to_vec(), value.to_vec()));
        store.load(Shard::numbered(shard), visit).expect("works");
        let own = shard.to_le_bytes().to_vec();
        let wanted = vec![
            (vec![], b"empty".to_vec()),
            (key(0), own.clone()),
            (key(0xff), own),
        ];
        assert_eq!(found, wanted);
    }
    assert!(read(store.as_ref(), 2).is_empty());
}

/// Numbers go on however often the outbox was emptied.
pub fn the_outbox_is_dense_and_trimmed(stand: &dyn Stand) {
    let store = stand.open();
    open(store.as_ref(), 0, 1);
    commit(store.as_ref(), &[out(batch(0, 1, 1, &[]), &["a", "b"], 0)]);
    commit(store.as_ref(), &[out(batch(0, 1, 2, &[]), &["c"], 1)]);
    let text = |seq, text: &str| (seq, text.to_owned());
    assert_eq!(
        outbox(store.as_ref(), 0, 0),
        [text(2, "b"), text(3, "c")],
        "the first was handed on"
    );
    assert_eq!(outbox(store.as_ref(), 0, 2), [text(3, "c")]);
    let one = store.outbox(Shard::numbered(0), 0, 1).expect("works");
    assert_eq!(one.len(), 1);
    commit(store.as_ref(), &[out(batch(0, 1, 3, &[]), &[], 3)]);
    assert!(outbox(store.as_ref(), 0, 0).is_empty());
    // What was handed on once stays so.
    commit(store.as_ref(), &[out(batch(0, 1, 4, &[]), &["d"], 0)]);
    assert_eq!(outbox(store.as_ref(), 0, 0), [text(4, "d")]);
    let head = store.head(Shard::numbered(0)).expect("works");
    assert_eq!(head.map(|head| (head.last_out, head.handed)), Some((4, 3)));
}

/// Whoever lost a shard cannot write it, nor anything else in the same commit.
pub fn an_old_epoch_is_fenced_off(stand: &dyn Stand) {
    let store = stand.open();
    open(store.as_ref(), 0, 1);
    open(store.as_ref(), 1, 1);
    assert_eq!(open(store.as_ref(), 0, 3).epoch, 3);
    let batches = [batch(1, 1, 5, &["a=1"]), batch(0, 1, 5, &["a=1"])];
    let Err(Error::Fenced { epoch, current, .. }) = store.commit(&batches) else {
        panic!("it was written");
    };
    assert_eq!((epoch, current), (1, 3));
    assert!(read(store.as_ref(), 0).is_empty() && read(store.as_ref(), 1).is_empty());
    assert!(matches!(
        store.open(Shard::numbered(0), 2),
        Err(Error::Fenced { .. })
    ));
    commit(store.as_ref(), &[batch(0, 3, 5, &["a=1"])]);
    assert_eq!(open(store.as_ref(), 0, 3).offset, 5, "the same epoch again");
}

/// Nothing is written to a shard that nobody owns.
pub fn a_shard_is_opened_before_it_is_written(stand: &dyn Stand) {
    let store = stand.open();
    let refused = store.commit(&[batch(7, 1, 1, &["a=1"])]);
    assert!(matches!(refused, Err(Error::NotOpen { .. })), "{refused:?}");
    assert!(read(store.as_ref(), 7).is_empty());
}

/// Dropping comes before writing, and ends with the shard.
pub fn prefixes_are_dropped(stand: &dyn Stand) {
    let store = stand.open();
    for shard in [0, 1] {
        open(store.as_ref(), shard, 1);
        commit(
            store.as_ref(),
            &[batch(shard, 1, 1, &["a=1", "ab=2", "abc=3", "b=4"])],
        );
    }
    let mut dropping = batch(0, 1, 2, &["abd=5"]);
    dropping.dropped = vec![b"ab".to_vec()];
    commit(store.as_ref(), &[dropping]);
    assert_eq!(read(store.as_ref(), 0), ["a=1", "abd=5", "b=4"]);
    assert_eq!(
        read(store.as_ref(), 1),
        ["a=1", "ab=2", "abc=3", "b=4"],
        "another shard"
    );
    let mut high = batch(1, 1, 2, &[]);
    high.keys = vec![
        (vec![0xff, 0xff], Some(vec![1])),
        (vec![0xff], Some(vec![2])),
    ];
    commit(store.as_ref(), &[high]);
    let mut dropping = batch(1, 1, 3, &[]);
    dropping.dropped = vec![vec![0xff], b"zzz".to_vec()];
    commit(store.as_ref(), &[dropping]);
    assert_eq!(read(store.as_ref(), 1), ["a=1", "ab=2", "abc=3", "b=4"]);
}

/// What was committed outlives the handle.
pub fn reopening_keeps_everything(stand: &dyn Stand) {
    let store = stand.open();
    open(store.as_ref(), 9, 4);
    commit(store.as_ref(), &[out(batch(9, 4, 77, &["a=1"]), &["x"], 0)]);
    drop(store);
    let store = stand.open();
    assert_eq!(read(store.as_ref(), 9), ["a=1"]);
    assert_eq!(outbox(store.as_ref(), 9, 0), [(1, "x".to_owned())]);
    let head = open(store.as_ref(), 9, 5);
    assert_eq!((head.offset, head.last_out), (77, 1));
    assert!(matches!(
        store.commit(&[batch(9, 4, 78, &[])]),
        Err(Error::Fenced { .. })
    ));
}

/// Later commits do not reach into a checkpoint.
pub fn a_checkpoint_is_a_moment(stand: &dyn Stand) {
    let store = stand.open();
    open(store.as_ref(), 0, 1);
    commit(store.as_ref(), &[out(batch(0, 1, 5, &["a=1"]), &["x"], 0)]);
    let to = stand.folder().join("moment");
    store.checkpoint(&to).expect("works");
    commit(store.as_ref(), &[batch(0, 1, 6, &["a=2", "b=1"])]);
    let other = stand.elsewhere();
    other.adopt(&to, &[Shard::numbered(0)]).expect("works");
    assert_eq!(read(other.as_ref(), 0), ["a=1"]);
    let head = other.head(Shard::numbered(0)).expect("works");
    assert_eq!(head.map(|head| head.offset), Some(5));
    assert_eq!(outbox(other.as_ref(), 0, 0), [(1, "x".to_owned())]);
    assert_eq!(read(store.as_ref(), 0), ["a=2", "b=1"]);
}

/// Only what was asked for is taken, in place of what stood there.
pub fn shards_are_adopted_from_a_checkpoint(stand: &dyn Stand) {
    let store = stand.open();
    for shard in [1, 2, 3] {
        open(store.as_ref(), shard, 1);
        commit(store.as_ref(), &[batch(shard, 1, 5, &["a=theirs"])]);
    }
    let to = stand.folder().join("adopted");
    store.checkpoint(&to).expect("works");
    let empty = stand.elsewhere();
    let [one, two, nine] = [1, 2, 9].map(Shard::numbered);
    empty.adopt(&to, &[one, two]).expect("works");
    assert_eq!(read(empty.as_ref(), 1), ["a=theirs"]);
    assert!(read(empty.as_ref(), 3).is_empty(), "nobody asked for it");
    assert_eq!(empty.head(Shard::numbered(3)).expect("works"), None);
    drop(empty);

    let other = stand.elsewhere();
    for shard in [1, 3, 9] {
        open(other.as_ref(), shard, 2);
        commit(
            other.as_ref(),
            &[out(batch(shard, 2, 1, &["a=mine", "b=mine"]), &["mine"], 0)],
        );
    }
    other.adopt(&to, &[one, two, nine]).expect("works");
    assert_eq!(read(other.as_ref(), 1), ["a=theirs"]);
    assert!(outbox(other.as_ref(), 1, 0).is_empty());
    assert_eq!(read(other.as_ref(), 2), ["a=theirs"]);
    assert_eq!(read(other.as_ref(), 3), ["a=mine", "b=mine"]);
    assert!(
        read(other.as_ref(), 9).is_empty(),
        "the checkpoint does not have it"
    );
    assert_eq!(other.head(nine).expect("works"), None);
    commit_again(other.as_ref());
}

/// An adopted shard is opened anew and goes on from where the checkpoint was.
fn commit_again(store: &dyn WindowStore) {
    assert_eq!(open(store, 1, 3).offset, 5);
    commit(store, &[batch(1, 3, 6, &["b=3"])]);
    assert_eq!(read(store, 1), ["a=theirs", "b=3"]);
}

/// A checkpoint that a later release wrote, or that holds nonsense, changes nothing.
pub fn a_newer_checkpoint_is_refused(stand: &dyn Stand) {
    let store = stand.open();
    open(store.as_ref(), 0, 1);
    commit(store.as_ref(), &[batch(0, 1, 1, &["a=1"])]);
    let to = stand.folder().join("newer");
    store.checkpoint(&to).expect("works");
    let version = to.join("FORMAT");
    for (text, newer) in [("99\n", true), ("nonsense", false)] {
        std::fs::write(&version, text).expect("a file");
        let refused = store.adopt(&to, &[Shard::numbered(0)]);
        match refused {
            Err(Error::NewerFormat { found: 99, known }) if newer => assert_eq!(known, FORMAT),
            Err(Error::Damaged(_)) if !newer => {}
            other => panic!("{other:?}"),
        }
    }
    std::fs::remove_file(&version).expect("it is there");
    let refused = store.adopt(&to, &[Shard::numbered(0)]);
    assert!(matches!(refused, Err(Error::Damaged(_))), "{refused:?}");
    assert_eq!(read(store.as_ref(), 0), ["a=1"]);
}

/// What was forgotten is gone, whatever its epoch was; the others keep theirs.
pub fn forgotten_shards_were_never_had(stand: &dyn Stand) {
    let store = stand.open();
    for shard in [3, 4] {
        open(store.as_ref(), shard, 9);
        let batch = out(batch(shard, 9, 10, &["a=1"]), &["x"], 0);
        commit(store.as_ref(), &[batch]);
    }
    let gone = Shard::numbered(3);
    store.forget(&[gone]).expect("the store works");
    drop(store);
    let store = stand.open();
    assert_eq!(store.head(gone).expect("works"), None);
    assert!(read(store.as_ref(), 3).is_empty());
    assert!(outbox(store.as_ref(), 3, 0).is_empty());
    assert_eq!(read(store.as_ref(), 4), ["a=1"]);
    assert_eq!(open(store.as_ref(), 3, 1).offset, 0);
    commit(store.as_ref(), &[batch(3, 1, 1, &["b=2"])]);
    assert_eq!(read(store.as_ref(), 3), ["b=2"]);
}
