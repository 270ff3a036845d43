use aurora_model::engineering::{Coverage, TechniqueCoverage};
use serde_json::{Value, json};

use crate::attack::{Attack, VERSION};

/// Rules that a technique's comment names.
const NAMED: usize = 20;

/// The coverage as a layer of the ATT&CK Navigator, in version 4.5 of its format: a score is the
/// number of rules. Tactics that the enterprise matrix does not have are left out.
pub fn navigator(attack: &Attack, coverage: &Coverage, name: &str) -> Value {
    let mut techniques = Vec::new();
    let mut most = 1;
    for tactic in &coverage.tactics {
        let known = attack.tactics.iter().find(|known| known.id == tactic.id);
        // The layer's tactics are those of the version that it names.
        let Some(known) = known.filter(|_| tactic.known > 0) else {
            continue;
        };
        for technique in &tactic.techniques {
            most = most.max(technique.rules.len());
            techniques.push(entry(known.short, technique));
        }
    }
    json!({
        "name": name,
        "versions": {"attack": VERSION, "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": format!(
            "{} rules, {} techniques and sub-techniques; a score is a number of rules",
            coverage.rules, coverage.techniques
        ),
        "filters": {"platforms": []},
        "sorting": 0,
        "layout": {
            "layout": "side", "aggregateFunction": "sum", "showID": true, "showName": true,
            "showAggregateScores": true, "countUnscored": false, "expandedSubtechniques": "none",
        },
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": {"colors": ["#dbeafe", "#60a5fa", "#1e3a8a"], "minValue": 1, "maxValue": most},
        "legendItems": [],
        "metadata": [],
        "links": [],
        "showTacticRowBackground": false,
        "tacticRowBackground": "#dddddd",
        "selectTechniquesAcrossTactics": false,
        "selectSubtechniquesWithParent": false,
        "selectVisibleTechniques": false,
    })
}

fn entry(tactic: &str, technique: &TechniqueCoverage) -> Value {
    let titles = technique.rules.iter().take(NAMED).map(|r| r.title.as_str());
    let mut comment = titles.collect::<Vec<_>>().join("\n");
    let more = technique.rules.len().saturating_sub(NAMED);
    if more > 0 {
        comment.push_str(&format!("\nand {more} more"));
    }
    json!({
        "techniqueID": technique.id,
        "tactic": tactic,
        "score": technique.rules.len(),
        "comment": comment,
        "enabled": true,
        "metadata": [],
        "links": [],
        "showSubtechniques": technique.id.contains('.'),
    })
}
