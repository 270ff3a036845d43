//! A denial reaches whoever holds connections open.

use aurora_tls::{Admit as _, Leaf};

use crate::stand::{Stand, asked, der};

#[tokio::test]
async fn a_denial_is_known_at_once_here_and_within_a_heartbeat_elsewhere() {
    let stand = Stand::new();
    let (here, issued) = {
        let book = stand.book().await;
        let issued = stand.token(&book, "*", 15).await.unwrap();
        (book, issued)
    };
    let (first, _) = asked(&issued, "ws-1");
    let told = here.redeem(&first).await.unwrap();
    let id = Leaf::read(&der(&told.chain[0])).unwrap().id;
    // Another process on the same records.
    let elsewhere = stand.book().await;
    assert!(here.roll().admits(&id) && elsewhere.roll().admits(&id));
    let (near, far) = (here.roll().denials(), elsewhere.roll().denials());
    here.revoke(&stand.context, &told.id).await.unwrap();
    assert!(!here.roll().admits(&id));
    assert!(near.has_changed().unwrap());
    assert!(elsewhere.roll().admits(&id));
    elsewhere.learn().await.unwrap();
    assert!(!elsewhere.roll().admits(&id));
    assert!(far.has_changed().unwrap());
    // Denying again is harmless.
    here.revoke(&stand.context, &told.id).await.unwrap();
}
