use expect_test::{Expect, expect};

use crate::parse;

/// What the store is asked, and what is left to ask.
fn check(query: &str, wanted: Expect) {
    let pushed = parse(query).expect("a query").filter.pushed();
    let after = pushed.after.map(|after| format!("\nafter: {after}"));
    wanted.assert_eq(&format!("{}{}", pushed.filter, after.unwrap_or_default()));
}

#[test]
fn values_are_turned_round() {
    check("event.outcome:failure", expect!["status_id:2"]);
    check(
        "NOT event.outcome:unknown",
        expect!["NOT (status_id:* AND NOT (status_id:1 OR status_id:2))"],
    );
    check(
        "@timestamp:>=2026-01-31",
        expect!["time:>=1769817600000 AND time:[-62167219200000 TO 253402300799999]"],
    );
    check(
        "@timestamp:\"2026-01-31T00:00:00.000Z\"",
        expect!["time:1769817600000"],
    );
    check(
        "event.duration:>5000000",
        expect!["duration:>=6 AND duration:[-9223372036854 TO 9223372036854]"],
    );
    check(
        "host.mac:00-11-22-*",
        expect![[
            r#"device.mac:"00-11-22-*" OR device.mac:"00-11-22:*" OR device.mac:"00-11:22-*" OR device.mac:"00-11:22:*" OR device.mac:"00:11-22-*" OR device.mac:"00:11-22:*" OR device.mac:"00:11:22-*" OR device.mac:"00:11:22:*""#
        ]],
    );
    check(
        "event.module:sysmon_for_windows",
        expect![[
            r#"metadata.product.name:sysmon_for_windows OR metadata.product.name:"sysmon_for windows" OR metadata.product.name:"sysmon for_windows" OR metadata.product.name:"sysmon for windows""#
        ]],
    );
    check("event.kind:alert", expect!["class_uid:[2001 TO 2006]"]);
    check(
        "event.category:registry",
        expect!["class_uid:[201001 TO 201002]"],
    );
    check(
        "dns.response_code:servfail",
        expect![
            "class_uid:4003 AND (rcode:ServError OR (rcode:servfail AND NOT (rcode:FormError OR rcode:ServError)))"
        ],
    );
    check(
        "event.dataset:windows.security",
        expect![
            "metadata.product.name:windows AND metadata.log_name:security AND metadata.product.name:* AND metadata.log_name:*"
        ],
    );
    check(
        "labels.granted_access:0x1410",
        expect!["class_uid:1007 AND actual_permissions:5136"],
    );
}

#[test]
fn the_first_row_that_has_a_value_gives_it() {
    check(
        "host.name:dc1",
        expect!["device.name:dc1 OR (device.hostname:dc1 AND NOT device.name:*)"],
    );
    check(
        "process.command_line:*mimikatz*",
        expect![
            "(class_uid:1007 AND NOT (activity_id:3 OR activity_id:4) AND process.cmd_line:*mimikatz*) OR (class_uid:201004 AND win_service.cmd_line:*mimikatz*) OR (class_uid:1006 AND job.cmd_line:*mimikatz*) OR (class_uid:2004 AND evidences[].process.cmd_line:*mimikatz*) OR ((NOT class_uid:1007 OR activity_id:3 OR activity_id:4) AND actor.process.cmd_line:*mimikatz* AND NOT (class_uid:201004 AND win_service.cmd_line:*) AND NOT (class_uid:1006 AND job.cmd_line:*) AND NOT (class_uid:2004 AND evidences[].process.cmd_line:*))"
        ],
    );
    check(
        "ecs:user.name:alice",
        expect![
            "(class_uid:3002 AND metadata.event_code:4648 AND user.name:* AND actor.user.name:* AND actor.user.name:alice) OR (class_uid:3002 AND user.name:alice AND NOT (class_uid:3002 AND metadata.event_code:4648 AND user.name:* AND actor.user.name:* AND actor.user.name:*)) OR (class_uid:3001 AND actor.user.name:alice) OR (class_uid:2004 AND evidences[].user.name:alice) OR (actor.user.name:alice AND NOT (class_uid:3002 AND metadata.event_code:4648 AND user.name:* AND actor.user.name:* AND actor.user.name:*) AND NOT (class_uid:3002 AND user.name:*) AND NOT (class_uid:3001 AND actor.user.name:*) AND NOT (class_uid:2004 AND evidences[].user.name:*))"
        ],
    );
    check(
        "process.executable:\"\"",
        expect![
            "NOT ((class_uid:1007 AND NOT (activity_id:3 OR activity_id:4) AND process.file.path:*) OR (class_uid:3002 AND logon_process.file.path:*) OR (class_uid:2004 AND evidences[].process.file.path:*) OR ((NOT class_uid:1007 OR activity_id:3 OR activity_id:4) AND actor.process.file.path:* AND NOT (class_uid:3002 AND logon_process.file.path:*) AND NOT (class_uid:2004 AND evidences[].process.file.path:*)))"
        ],
    );
}

#[test]
fn what_cannot_be_turned_round_is_asked_after() {
    check(
        "process.hash.sha256:abc host:dc1",
        expect![[r#"
        ((class_uid:1007 AND NOT (activity_id:3 OR activity_id:4) AND process.file.hashes[].value:abc) OR ((NOT class_uid:1007 OR activity_id:3 OR activity_id:4) AND actor.process.file.hashes[].value:abc)) AND host:dc1
        after: process.hash.sha256:abc"#]],
    );
    check(
        "NOT process.hash.sha256:abc",
        expect![[r#"
        *
        after: NOT process.hash.sha256:abc"#]],
    );
    check(
        "process.args:*enc*",
        expect![[r#"
        (class_uid:1007 AND NOT (activity_id:3 OR activity_id:4) AND process.cmd_line:*) OR ((NOT class_uid:1007 OR activity_id:3 OR activity_id:4) AND actor.process.cmd_line:*)
        after: process.args:*enc*"#]],
    );
    check(
        "host:dc1 OR registry.key:*Run",
        expect![[r#"
        host:dc1 OR (class_uid:201001 AND reg_key.path:*Run) OR (class_uid:201002 AND reg_value.path:*Run)
        after: host:dc1 OR registry.key:*Run"#]],
    );
}
