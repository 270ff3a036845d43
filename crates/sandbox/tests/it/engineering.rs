//! What detection engineers ask of a running site.

use aurora_messages::{
    AlertQuery, BacktestRequest, BacktestState, Close, ExplainRequest, RuleFile, RuleHealthQuery,
    RuleImport, RuleRevert, RuleVersionQuery,
};
use aurora_model::engineering::{Judged, Trouble, VersionChange};
use aurora_model::{Disposition, RuleId};
use aurora_sandbox::{Sandbox, Stores};

use crate::support::{RULE, file, launch};

const ID: &str = "6f5f8f0e-6d3c-4f38-9d4b-0f1f5a3f7c01";

/// A site with the rule of `support` in a folder, and three records that it fires on.
async fn lab(stores: Stores) -> (Sandbox, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("encoded.yml"), RULE).unwrap();
    let sandbox = Sandbox::start(stores, Some(folder.path())).await.unwrap();
    let records: Vec<String> = (0..6)
        .map(|n| launch(n, if n % 2 == 0 { "p -enc x" } else { "p" }))
        .collect();
    let (_kept, path) = file("records.json", records.join("\n"));
    sandbox.import(&path, None).await.unwrap();
    (sandbox, folder)
}

fn given(name: &str, text: &str, reason: &str) -> RuleImport {
    RuleImport {
        files: vec![RuleFile {
            name: name.to_owned(),
            text: text.to_owned(),
        }],
        path: None,
        reason: reason.to_owned(),
    }
}

#[tokio::test]
async fn a_backtest_finds_what_stands_in_alerts_already() {
    let (sandbox, _folder) = lab(Stores::Memory).await;
    let (api, scope) = (sandbox.api(), sandbox.scope().clone());
    let alerts = sandbox
        .poll(|| async {
            let found = sandbox.alerts(AlertQuery::all()).await.ok()?;
            (found.alerts.iter().map(|it| it.count).sum::<u64>() == 3).then_some(found)
        })
        .await;
    let close = Close {
        disposition: Disposition::TruePositive,
        note: Some("it was".to_owned()),
    };
    let context = sandbox.operator("judges");
    api.close_alert(&context, alerts.alerts[0].id, &close)
        .await
        .unwrap();
    // A rule of the same meaning that is not in force, and the one in force, at once.
    let new = RULE.replace(ID, "6f5f8f0e-6d3c-4f38-9d4b-0f1f5a3f7c02");
    let request = BacktestRequest {
        rules: vec![
            RuleId(ID.to_owned()),
            RuleId("6f5f8f0e-6d3c-4f38-9d4b-0f1f5a3f7c02".to_owned()),
        ],
        files: vec![RuleFile {
            name: "new.yml".to_owned(),
            text: new,
        }],
        since: "2026-02-27T00:00:00Z".parse().unwrap(),
        until: Some("2026-03-03T00:00:00Z".parse().unwrap()),
    };
    let started = api.start_backtest(&scope, &request).await.unwrap();
    let done = sandbox
        .poll(|| async {
            let job = api.backtest(&scope, &started.id).await.ok()?;
            job.state.finished().then_some(job)
        })
        .await;
    assert_eq!(done.state, BacktestState::Done, "{done:?}");
    let report = done.report.unwrap();
    assert_eq!(report.cost.events_read, 6);
    for (rule, own) in report.rules.iter().zip([1, 0]) {
        assert_eq!((rule.candidates, rule.matches), (6, 3), "{rule:?}");
        assert_eq!((rule.overlap.matches, rule.overlap.alerts), (3, own));
        assert_eq!(rule.days.len(), 4);
        assert_eq!(rule.samples.len(), 3);
        let precision = rule.precision.unwrap();
        assert_eq!((precision.right, precision.wrong), (1, 0));
        let whose = if own == 1 {
            Judged::ThisRule
        } else {
            Judged::OtherRules
        };
        assert_eq!(precision.judged_by, whose);
    }
    let unknown = BacktestRequest {
        rules: vec![RuleId("no such rule".to_owned())],
        ..BacktestRequest::default()
    };
    assert!(api.start_backtest(&scope, &unknown).await.is_err());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn every_version_of_a_rule_is_on_record_and_can_come_back() {
    let (mut sandbox, _folder) = lab(Stores::Files).await;
    let scope = sandbox.scope().clone();
    let query = RuleVersionQuery::default();
    let ours = RuleId("6f5f8f0e-6d3c-4f38-9d4b-0f1f5a3f7c03".to_owned());
    let first = RULE.replace(ID, &ours.0);
    let second = first.replace("level: high", "level: low");
    for (text, reason) in [(&first, "first"), (&second, "second")] {
        let context = sandbox.operator(reason);
        let import = given("ours.yml", text, reason);
        let report = sandbox.api().import_rules(&context, &import).await.unwrap();
        assert_eq!(report.problems, []);
        assert_eq!(report.added + report.updated, 1);
    }
    let api = sandbox.api();
    let revert = RuleRevert {
        version: 1,
        reason: String::new(),
    };
    let context = sandbox.operator("the second floods the queue");
    api.revert_rule(&context, &ours, &revert).await.unwrap();
    assert_eq!(
        api.rule(&scope, &ours).await.unwrap().text,
        first.trim_end()
    );
    // A rule of a folder is changed in its folder.
    let folder_rule = RuleId(ID.to_owned());
    assert!(
        api.revert_rule(&context, &folder_rule, &revert)
            .await
            .is_err()
    );
    drop(api);
    // A restart on the same rules notes nothing.
    sandbox.restart().await.unwrap();
    let api = sandbox.api();
    let page = api
        .rule_versions(&scope, Some(&ours), &query)
        .await
        .unwrap();
    let told: Vec<_> = page
        .versions
        .iter()
        .map(|one| {
            (
                one.version,
                one.change,
                one.reason.as_str(),
                one.actor.name(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                3,
                VersionChange::Changed,
                "the second floods the queue",
                "tester"
            ),
            (2, VersionChange::Changed, "second", "tester"),
            (1, VersionChange::Added, "first", "tester"),
        ]
    );
    assert_eq!(page.versions[0].after, page.versions[2].after);
    let kept = api.rule_version(&scope, &ours, 2).await.unwrap();
    assert_eq!(kept.text.unwrap(), second.trim_end());
    let all = api.rule_versions(&scope, None, &query).await.unwrap();
    assert_eq!(all.total, 4, "{all:?}");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_reload_does_what_it_said_it_would() {
    let (sandbox, folder) = lab(Stores::Memory).await;
    let (api, scope) = (sandbox.api(), sandbox.scope().clone());
    let before = api.pending_rules(&scope).await.unwrap();
    assert!(before.diff.is_empty(), "{before:?}");
    let path = folder.path().join("encoded.yml");
    std::fs::write(&path, RULE.replace(" -enc ", " -e ")).unwrap();
    std::fs::write(folder.path().join("broken.yml"), "title: no\n").unwrap();
    let pending = api.pending_rules(&scope).await.unwrap();
    assert_eq!(pending.diff.changed.len(), 1);
    assert!(pending.diff.changed[0].detects_otherwise);
    assert_eq!(pending.problems.len(), 1);
    let text = api.rule(&scope, &RuleId(ID.to_owned())).await.unwrap().text;
    assert!(text.contains(" -enc "));
    let context = sandbox.operator("deploys");
    let done = api.reload_rules(&context).await.unwrap();
    assert_eq!(done, pending);
    let text = api.rule(&scope, &RuleId(ID.to_owned())).await.unwrap().text;
    assert!(text.contains(" -e "));
    let id = RuleId(ID.to_owned());
    let query = RuleVersionQuery::default();
    let page = api.rule_versions(&scope, Some(&id), &query).await.unwrap();
    assert_eq!(page.total, 2);
    assert_eq!(page.versions[0].reason, "deploys");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_stored_event_is_explained_and_health_is_told() {
    let (sandbox, _folder) = lab(Stores::Memory).await;
    let (api, scope) = (sandbox.api(), sandbox.scope().clone());
    let alerts = sandbox
        .poll(|| async {
            let found = sandbox.alerts(AlertQuery::all()).await.ok()?;
            (found.total > 0).then_some(found)
        })
        .await;
    let detail = api.alert(&scope, alerts.alerts[0].id).await.unwrap();
    let explain = |uid, text: Option<String>| ExplainRequest {
        rule: text.is_none().then(|| RuleId(ID.to_owned())),
        text,
        uid: Some(uid),
        ..ExplainRequest::default()
    };
    let uid = detail.alert.evidence[0];
    let why = api.explain_rule(&scope, &explain(uid, None)).await.unwrap();
    assert!(why.matched && why.covered, "{why:?}");
    let silent = RULE.replace(" -enc ", " -frombase64 ");
    let why = api
        .explain_rule(&scope, &explain(uid, Some(silent)))
        .await
        .unwrap();
    assert!(!why.matched && why.covered, "{why:?}");
    let field = why.conditions[0].parts[0].field.as_ref().unwrap();
    assert_eq!(field.path.as_deref(), Some("process.cmd_line"));
    assert_eq!(field.seen, ["p -enc x"]);
    // The events are of March; the site's clock is later than a week after.
    let query = RuleHealthQuery { days: Some(7) };
    let health = api.rule_health(&scope, &query).await.unwrap();
    assert_eq!(health.rules.len(), 1);
    assert_eq!(health.rules[0].worst(), Some(Trouble::SourceMissing));
    assert_eq!(health.rules[0].fires, 3);
    sandbox.stop().await.unwrap();
}
