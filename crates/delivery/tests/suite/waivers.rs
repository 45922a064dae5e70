//! Waivers: a reason and an expiry date, and nothing that is no longer needed.

use crate::support::planted::Planted;

const POLICY: &str = "overlays/staging/mongodb.yaml";

/// A fault in staging with this text as the waiver.
fn waived(waiver: &str) -> Planted {
    Planted::staging().edit("overlays/staging/kustomization.yaml", "newTag: v0.1.0", "newTag: latest").write(
        "waivers.yaml",
        &format!(
            "waivers:\n  - rule: mutable-image\n    object: Deployment/globeco-order-generation-service\n{waiver}"
        ),
    )
}

fn rules(planted: &Planted, today: &str) -> Vec<String> {
    planted.validate_on(today).findings.into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_waiver_holds_until_its_last_day() {
    let planted = waived("    reason: the registry moves\n    expires: 2026-03-31\n");
    let outcome = planted.validate_on("2026-03-31");
    assert!(outcome.findings.is_empty());
    assert_eq!(outcome.waived.len(), 1);
    assert_eq!(rules(&planted, "2026-04-01"), ["mutable-image", "waiver-expired"]);
}

#[test]
fn a_waiver_without_reason_or_expiry_waives_nothing() {
    let unreasoned = waived("    expires: 2026-03-31\n");
    assert_eq!(rules(&unreasoned, "2026-01-01"), ["mutable-image", "waiver-without-reason"]);
    let endless = waived("    reason: because\n");
    assert_eq!(rules(&endless, "2026-01-01"), ["mutable-image", "waiver-without-expiry"]);
}

#[test]
fn a_waiver_for_another_overlay_or_for_nothing_is_reported() {
    let elsewhere = waived("    overlay: production\n    reason: x\n    expires: 2026-03-31\n");
    assert_eq!(rules(&elsewhere, "2026-01-01"), ["mutable-image", "waiver-unused"]);
    let stale = Planted::staging().edit(POLICY, "port: 27017", "port: 27018").write(
        "waivers.yaml",
        "waivers:\n  - rule: host-path\n    object: Deployment/x\n    reason: x\n    expires: 2026-03-31\n",
    );
    assert_eq!(rules(&stale, "2026-01-01"), ["waiver-unused"]);
}
