use aurora_messages::{CheckOutcome, Health, RuleQuery};
use aurora_sandbox::{Sandbox, Stores};

use crate::support::{RULE, balanced, file, launch};

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_with_an_unknown_modifier_stops_no_other() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("broken")).unwrap();
    let bad = RULE
        .replace("|contains", "|contians")
        .replace("7c01", "7c02");
    std::fs::write(folder.path().join("good.yml"), RULE).unwrap();
    std::fs::write(folder.path().join("broken/typo.yml"), bad).unwrap();
    std::fs::write(folder.path().join("broken/no.yml"), b"\xff\xfe: [").unwrap();
    let sandbox = Sandbox::start(Stores::Memory, Some(folder.path()))
        .await
        .unwrap();
    let page = sandbox
        .api()
        .rules(sandbox.scope(), &RuleQuery::default())
        .await
        .unwrap();
    assert_eq!((page.total, page.broken.len()), (1, 2), "{:?}", page.broken);
    let typo = page
        .broken
        .iter()
        .find(|problem| problem.file.ends_with("typo.yml"))
        .unwrap();
    assert_eq!(
        (typo.file.as_str(), typo.line),
        ("broken/typo.yml", Some(9))
    );
    assert!(typo.reason.contains("contians"), "{}", typo.reason);
    assert!(
        typo.reason.contains("did you mean `contains`"),
        "{}",
        typo.reason
    );

    let status = sandbox.api().status(sandbox.scope()).await.unwrap();
    let detect = status
        .roles
        .iter()
        .find(|role| role.role == "detect")
        .unwrap();
    assert_eq!(detect.health, Health::Degraded);
    assert!(
        detect
            .detail
            .as_ref()
            .unwrap()
            .contains("aurorasoc rules lint")
    );
    let doctor = sandbox.api().doctor(sandbox.scope()).await.unwrap();
    let rules = doctor
        .checks
        .iter()
        .find(|check| check.name == "rules")
        .unwrap();
    assert_eq!(
        (rules.outcome, rules.code.as_deref()),
        (CheckOutcome::Warning, Some("AUR0013"))
    );

    let (_folder, path) = file("a.jsonl", launch(1, "powershell -enc AAAA"));
    sandbox.import(&path, None).await.unwrap();
    assert_eq!(balanced(&sandbox, 1).await.matches.alerts, 1);
    sandbox.stop().await.unwrap();
}
