use aurora_permissions::{Role, permission};
use serde_json::json;

use crate::stand::stand;

#[tokio::test]
async fn a_window_is_its_holders_and_ends() {
    let stand = stand();
    let (eva, omar) = (
        stand.person("eva", "eva", Role::Admin),
        stand.person("omar", "omar", Role::Admin),
    );
    let (as_eva, as_omar) = (stand.context(&eva), stand.context(&omar));
    let approvals = &stand.approvals;
    let deed = stand.deed(permission!(Demo, Wipe), json!({}));
    assert!(
        approvals
            .use_broken_glass(&as_eva, &eva, &deed)
            .await
            .unwrap()
            .is_none()
    );

    approvals.break_glass(&as_eva, &eva).await.unwrap();
    assert!(
        approvals
            .use_broken_glass(&as_eva, &eva, &deed)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        approvals
            .use_broken_glass(&as_omar, &omar, &deed)
            .await
            .unwrap()
            .is_none()
    );
    stand.later(59 * 60);
    assert!(
        approvals
            .use_broken_glass(&as_eva, &eva, &deed)
            .await
            .unwrap()
            .is_some()
    );
    let open = approvals.broken_glass(&stand.scope).await.unwrap();
    assert_eq!((open.len(), open[0].uses), (1, 2));
    stand.later(60);
    assert!(
        approvals
            .use_broken_glass(&as_eva, &eva, &deed)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        approvals
            .broken_glass(&stand.scope)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        stand.decided().await,
        ["break_glass.open", "break_glass.use", "break_glass.use"]
    );
}

#[tokio::test]
async fn a_window_is_closed_early_by_anybody_who_may() {
    let stand = stand();
    let eva = stand.person("eva", "eva", Role::Admin);
    let context = stand.context(&eva);
    let window = stand.approvals.break_glass(&context, &eva).await.unwrap();
    stand
        .approvals
        .end_broken_glass(&context, &window.id)
        .await
        .unwrap();
    let deed = stand.deed(permission!(Demo, Wipe), json!({}));
    let used = stand.approvals.use_broken_glass(&context, &eva, &deed);
    assert!(used.await.unwrap().is_none());
    let again = stand.approvals.end_broken_glass(&context, &window.id).await;
    assert!(again.is_err());
}
