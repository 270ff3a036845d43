//! Rules over OCSF events as the parsers write them.

use aurora_rules::{Options, RuleSet};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

fn set(logsource: &str, detection: &str) -> RuleSet {
    let indent = |text: &str| {
        text.lines()
            .map(|line| format!("  {line}\n"))
            .collect::<String>()
    };
    let text = format!(
        "title: t\nlogsource:\n{}detection:\n  s:\n{}  condition: s\n",
        indent(logsource),
        indent(&indent(detection)),
    );
    let set = RuleSet::from_texts([("r.yml", text.as_str())], Options::default());
    assert_eq!(set.problems(), []);
    set
}

fn fires(logsource: &str, detection: &str, event: &Value) -> bool {
    let set = set(logsource, detection);
    let found = set.evaluate(event);
    let plain = set.evaluate_plain(event);
    assert_eq!(
        format!("{found:?}"),
        format!("{plain:?}"),
        "the plan and the plain way"
    );
    crate::agrees(&set, event);
    !found.is_empty()
}

const PROCESS: &str = "category: process_creation\nproduct: windows";

fn sysmon_1() -> Value {
    json!({
        "class_uid": 1007, "activity_id": 1, "time": 1_700_000_000_000_i64,
        "metadata": {
            "product": {"name": "Sysmon", "vendor_name": "Microsoft"}, "version": "1.3.0",
            "log_name": "Microsoft-Windows-Sysmon/Operational",
            "log_provider": "Microsoft-Windows-Sysmon", "event_code": "1",
        },
        "device": {"hostname": "pc7", "os": {"type_id": 100, "name": "Windows"}},
        "process": {
            "cmd_line": "\"C:\\x\\WhoAmI.exe\" /all", "pid": 4242,
            "file": {
                "path": "C:\\x\\WhoAmI.exe", "name": "WhoAmI.exe",
                "hashes": [
                    {"algorithm_id": 1, "value": "AA11"},
                    {"algorithm_id": 3, "value": "BB22"},
                    {"algorithm_id": 99, "algorithm": "IMPHASH", "value": "CC33"},
                ],
            },
            "user": {"name": "joe", "domain": "CORP"},
            "parent_process": {"file": {"path": "C:\\Windows\\explorer.exe"}},
        },
        "unmapped": {"OriginalFileName": "whoami.exe", "Empty": "", "ProcessId": "0x1092"},
        "raw_data": "{\"Event\":{\"EventData\":{\"Path\":\"C:\\\\x\\\\y\"}}}",
    })
}

#[test]
fn sysmon_names_are_read_from_where_the_parser_put_them() {
    let event = sysmon_1();
    for (detection, expected) in [
        (r"Image: 'C:\x\whoami.exe'", true),
        (r"Image|endswith: '\cmd.exe'", false),
        (r"ParentImage|endswith: '\explorer.exe'", true),
        (r"CommandLine|contains|windash: ' -all'", true),
        (r"User: 'CORP\joe'", true),
        ("User: joe", false),
        ("Hashes|contains: 'SHA256=bb22'", true),
        ("Hashes: 'MD5=AA11,SHA256=BB22,IMPHASH=CC33'", true),
        ("ProcessId: '0x1092'", true),
        ("OriginalFileName: WHOAMI.EXE", true),
        ("originalfilename: whoami.exe", true),
        ("EventID: 1", true),
        ("Channel: Microsoft-Windows-Sysmon/Operational", true),
        ("Provider_Name: Microsoft-Windows-Sysmon", true),
        ("Computer: PC7", true),
        ("process.cmd_line|contains: whoami", true),
        ("process.file.hashes.value: cc33", true),
        ("Empty|exists: true", true),
        ("Empty: ''", true),
        ("Company|exists: false", true),
        ("Company: null", true),
        (r"- 'C:\x\y'", true),
        ("- absent words", false),
    ] {
        assert_eq!(fires(PROCESS, detection, &event), expected, "{detection}");
    }
}

#[test]
fn a_rule_meets_only_events_of_its_logsource() {
    let event = sysmon_1();
    for (logsource, expected) in [
        (PROCESS, true),
        ("product: windows", true),
        ("product: windows\nservice: sysmon", true),
        ("category: process_creation", true),
        ("product: windows\nservice: security", false),
        ("category: file_event\nproduct: windows", false),
        ("category: process_creation\nproduct: linux", false),
        ("product: linux", false),
        ("product: sysmon", true),
        ("product: toaster", false),
        ("category: process_creation\nproduct: sysmon", true),
    ] {
        assert_eq!(
            fires(logsource, r"Image|endswith: '\whoami.exe'", &event),
            expected,
            "{logsource}"
        );
    }
}

#[test]
fn security_4688_reads_like_sysmon_1() {
    let event = json!({
        "class_uid": 1007, "activity_id": 1,
        "metadata": {"log_name": "Security", "log_provider": "Microsoft-Windows-Security-Auditing",
            "event_code": "4688", "product": {"name": "Windows", "vendor_name": "Microsoft"}},
        "actor": {"user": {"name": "joe", "domain": "CORP", "uid": "S-1-5-21-1"},
            "process": {"pid": 77, "file": {"path": "C:\\Windows\\explorer.exe"}}},
        "process": {"cmd_line": "whoami", "pid": 4242, "file": {"path": "C:\\x\\whoami.exe"},
            "parent_process": {"pid": 77, "file": {"path": "C:\\Windows\\explorer.exe"}}},
        "unmapped": {"MandatoryLabel": "S-1-16-12288"},
    });
    for (detection, expected) in [
        (r"Image|endswith: '\whoami.exe'", true),
        (r"NewProcessName|endswith: '\whoami.exe'", true),
        (r"ParentImage|endswith: '\explorer.exe'", true),
        (r"User: 'CORP\joe'", true),
        ("ProcessId: 4242", true),
        ("ParentProcessId: 77", true),
        ("IntegrityLevel: S-1-16-12288", true),
        ("CommandLine: whoami", true),
        ("SubjectUserName: joe", true),
        ("EventID: 4688", true),
    ] {
        assert_eq!(fires(PROCESS, detection, &event), expected, "{detection}");
    }
}

#[test]
fn registry_values_are_whole_paths_again() {
    let event = json!({
        "class_uid": 201002, "activity_id": 2,
        "metadata": {"log_name": "Microsoft-Windows-Sysmon/Operational",
            "log_provider": "Microsoft-Windows-Sysmon", "event_code": "13"},
        "reg_value": {"path": "HKLM\\Software\\Run", "name": "evil", "data": "x.exe"},
        "unmapped": {"EventType": "SetValue"},
    });
    let registry = "category: registry_set\nproduct: windows";
    assert!(fires(
        registry,
        r"TargetObject|endswith: '\Run\evil'",
        &event
    ));
    assert!(fires(
        registry,
        "Details: x.exe\nEventType: SetValue",
        &event
    ));
    assert!(!fires(
        "category: registry_add\nproduct: windows",
        "Details: x.exe",
        &event
    ));
}

#[test]
fn other_sources_go_by_their_own_rows() {
    let cloudtrail = json!({
        "class_uid": 6003, "activity_id": 1,
        "metadata": {"product": {"name": "CloudTrail", "vendor_name": "AWS"}},
        "api": {"operation": "StopLogging", "service": {"name": "cloudtrail.amazonaws.com"},
            "request": {"data": {"name": "trail-1", "enable": false}}},
        "unmapped": {"userIdentity": {"sessionContext": {"sessionIssuer": {"type": "Role"}}}},
    });
    let logsource = "product: aws\nservice: cloudtrail";
    for detection in [
        "eventSource: cloudtrail.amazonaws.com\neventName: [StopLogging, DeleteTrail]",
        "requestParameters|contains: trail-1",
        "requestParameters.enable: 'false'",
        "userIdentity.sessionContext.sessionIssuer.type: Role",
    ] {
        assert!(fires(logsource, detection, &cloudtrail), "{detection}");
    }
    let web = json!({"class_uid": 4002, "activity_id": 3,
        "http_request": {"http_method": "GET", "user_agent": "sqlmap/1.0",
            "url": {"url_string": "http://h/a/b.php?id=1", "path": "/a/b.php", "query_string": "id=1"}},
        "http_response": {"code": 200}});
    assert!(fires(
        "category: webserver",
        "cs-method: get\nsc-status: 200",
        &web
    ));
    assert!(fires(
        "category: proxy",
        "c-uri-extension: php\nc-useragent|startswith: sqlmap",
        &web
    ));
    let linux = json!({"class_uid": 4001, "device": {"os": {"type_id": 200}},
        "connection_info": {"direction_id": 2}, "dst_endpoint": {"ip": "8.8.8.8", "port": 53}});
    let connection = "category: network_connection\nproduct: linux";
    assert!(fires(
        connection,
        "Initiated: 'true'\nDestinationIp|cidr: 8.0.0.0/8",
        &linux
    ));
    let sshd = json!({"class_uid": 0, "raw_data": "sshd[1]: error: kex protocol",
        "metadata": {"log_provider": "sshd"}});
    assert!(fires(
        "product: linux\nservice: sshd",
        "- kex protocol",
        &sshd
    ));
    assert!(fires("product: linux", "- kex protocol", &sshd));
    assert!(!fires(
        "product: linux\nservice: cron",
        "- kex protocol",
        &sshd
    ));
}

#[test]
fn cisco_is_told_by_its_mnemonics() {
    let event = json!({"class_uid": 0, "metadata": {"product": {"name": "syslog"}},
        "raw_data": "10.0.0.1 7: Feb 17: %PARSER-5-CFGLOG_LOGGEDCMD: no dot1x port-control"});
    assert!(fires("product: cisco\nservice: aaa", "- no dot1x", &event));
    let other = json!({"class_uid": 0, "raw_data": "sshd: no dot1x"});
    assert!(!fires("product: cisco\nservice: aaa", "- no dot1x", &other));
}

#[test]
fn a_match_says_where_each_field_stood() {
    let set = set(
        PROCESS,
        "Image|endswith: '\\whoami.exe'\nUser|contains: joe\nOriginalFileName: whoami.exe\nEventID: 1",
    );
    let event = sysmon_1();
    let lines: Vec<String> = set.evaluate(&event)[0]
        .fields
        .iter()
        .map(|field| {
            format!(
                "{} {} = {} at {}",
                field.selection, field.field, field.value, field.path
            )
        })
        .collect();
    let check = |expect: Expect| expect.assert_eq(&lines.join("\n"));
    check(expect![[r#"
        s Image = C:\x\WhoAmI.exe at process.file.path
        s User = CORP\joe at process.user.name
        s OriginalFileName = whoami.exe at unmapped.OriginalFileName
        s EventID = 1 at metadata.event_code"#]]);
}

#[test]
fn events_that_lack_everything_are_no_trouble() {
    for event in [
        json!({}),
        json!(null),
        json!([]),
        json!({"metadata": 5, "unmapped": "x", "class_uid": -1}),
    ] {
        assert!(!fires(PROCESS, "Image: x", &event));
        assert!(!fires("category: webserver", "Image: x", &event));
    }
}
