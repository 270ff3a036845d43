use std::collections::BTreeSet;

use aurora_permissions::{Permission, Permissions, Role, RoleName, TABLE, permission};

#[test]
fn a_pair_stands_in_the_table_once() {
    let pairs: BTreeSet<_> = Permission::all().map(|p| p.to_string()).collect();
    assert_eq!(pairs.len(), TABLE.len());
}

#[test]
fn a_permission_is_read_as_it_is_written() {
    for permission in Permission::all() {
        assert_eq!(
            permission.to_string().parse::<Permission>().unwrap(),
            permission
        );
        assert_eq!(
            Permission::of(permission.resource(), permission.action()),
            permission
        );
    }
    for wrong in [
        "",
        "alert",
        "alert.",
        ".close",
        "alert.close.x",
        "Alert.Close",
        "alert.wipe",
    ] {
        assert!(wrong.parse::<Permission>().is_err(), "{wrong}");
    }
}

#[test]
fn an_administrator_may_everything_and_a_viewer_changes_nothing() {
    for permission in Permission::all() {
        assert!(Role::Admin.has(permission), "{permission}");
    }
    let own = ["session", "credential", "key", "approval"];
    let changes: Vec<_> = Role::Viewer
        .permissions()
        .filter(|permission| permission.action().as_str() != "read")
        .filter(|permission| !own.contains(&permission.resource().as_str()))
        .collect();
    assert!(changes.is_empty(), "{changes:?}");
}

/// Whoever reads what everybody did changes nothing of it.
#[test]
fn an_auditor_changes_nothing() {
    let own = ["session", "credential", "key", "approval"];
    let looks = ["read", "list", "search", "check", "diagnose"];
    for permission in Role::Auditor.permissions() {
        let (resource, action) = (permission.resource().as_str(), permission.action().as_str());
        assert!(
            looks.contains(&action) || own.contains(&resource),
            "{permission}"
        );
    }
}

#[test]
fn a_set_holds_what_was_put_in() {
    let set: Permissions = [permission!(Alert, Close), permission!(BreakGlass, End)]
        .into_iter()
        .collect();
    let text = serde_json::to_string(&set).unwrap();
    assert_eq!(text, r#"["alert.close","break_glass.end"]"#);
    assert_eq!(serde_json::from_str::<Permissions>(&text).unwrap(), set);
    assert!(!set.contains(permission!(Alert, Own)));
}

#[test]
fn a_role_has_a_plain_name() {
    for name in ["", "Admin", "a b", "a\"b", "a.b", "ü", &"x".repeat(65)] {
        assert!(name.parse::<RoleName>().is_err(), "{name}");
    }
    assert!("night-shift_2".parse::<RoleName>().is_ok());
}
