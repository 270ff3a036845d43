//! How fast one core judges events: a Sysmon process launch as the parser writes it, and a short network event.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

fn launch() -> Value {
    let process = |pid: u32, name: &str, command: &str| {
        json!({
            "pid": pid, "uid": "{7f3b2c11-0000-0000-0000-000000000001}", "name": name, "cmd_line": command,
            "created_time": 1_714_557_072_000_i64, "integrity_id": 4,
            "user": { "name": "alice", "domain": "CORP", "uid": "S-1-5-21-1-2-3-1104", "type_id": 1 },
            "session": { "uid": "0x3e7" },
            "file": {
                "name": name, "path": format!(r"C:\Windows\System32\{name}"), "type_id": 1, "company_name": "Microsoft",
                "product": { "name": "Windows", "vendor_name": "Microsoft" }, "version": "10.0.19041.1",
                "hashes": [
                    { "algorithm_id": 1, "value": "0123456789abcdef0123456789abcdef" },
                    { "algorithm_id": 3, "value": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
                ],
            },
        })
    };
    let mut child = process(
        4711,
        "powershell.exe",
        "powershell.exe -nop -w hidden -enc SQBFAFgA",
    );
    child["parent_process"] = process(812, "cmd.exe", "cmd.exe /c start.bat");
    let mut event = json!({
        "class_uid": 1007, "activity_id": 1, "severity_id": 1, "time": 1_714_557_072_000_i64,
        "metadata": {
            "uid": "00112233445566778899aabbccddeeff", "version": "1.3.0", "event_code": "1", "log_provider": "Sysmon",
            "log_name": "Microsoft-Windows-Sysmon/Operational", "original_time": "2024-05-01T09:51:12Z",
            "product": { "name": "Sysmon", "vendor_name": "Microsoft" },
        },
        "device": { "type_id": 2, "hostname": "ws1.corp.example", "name": "WS1", "os": { "type_id": 100, "name": "Windows" } },
        "unmapped": { "LogonGuid": "{7f3b2c11-0000-0000-0000-000000000002}", "RuleName": "-", "TerminalSessionId": 1 },
        "raw_data": "x".repeat(1200),
    });
    event["actor"] =
        json!({ "process": child["parent_process"].clone(), "user": child["user"].clone() });
    event["process"] = child;
    event
}

fn flow() -> Value {
    json!({
        "class_uid": 4001, "activity_id": 6, "severity_id": 1, "time": 1_714_557_072_000_i64,
        "metadata": { "version": "1.3.0", "product": { "name": "Zeek", "vendor_name": "Zeek" } },
        "src_endpoint": { "ip": "10.0.0.7", "port": 51522 }, "dst_endpoint": { "ip": "192.0.2.9", "port": 443 },
        "connection_info": { "direction_id": 2, "protocol_num": 6, "protocol_name": "tcp" },
        "traffic": { "bytes_in": 812, "bytes_out": 3311, "packets_in": 6, "packets_out": 8 },
    })
}

fn judge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ocsf");
    group.throughput(Throughput::Elements(1));
    for (name, bare) in [("launch", launch()), ("flow", flow())] {
        let mut event = bare.clone();
        aurora_ocsf::complete(&mut event).expect("the class is known");
        assert_eq!(
            aurora_ocsf::first_error(&event),
            None,
            "{name} must be valid"
        );
        group.bench_function(format!("is_valid/{name}"), |bench| {
            bench.iter(|| aurora_ocsf::is_valid(black_box(&event)));
        });
        group.bench_function(format!("validate/{name}"), |bench| {
            bench.iter(|| aurora_ocsf::validate(black_box(&event)));
        });
        group.bench_function(format!("complete/{name}"), |bench| {
            bench.iter_batched(
                || bare.clone(),
                |mut event| {
                    aurora_ocsf::complete(&mut event).expect("the class is known");
                    event
                },
                criterion::BatchSize::SmallInput,
            );
        });
        group.bench_function(format!("project/{name}"), |bench| {
            bench.iter(|| aurora_ocsf::ecs::project(black_box(&event)));
        });
    }
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
