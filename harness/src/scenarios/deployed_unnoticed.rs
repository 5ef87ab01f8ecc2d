use std::cell::Cell;

use anyhow::{Result, ensure};
use futures_util::future::{join, try_join_all};
use uuid::Uuid;

use super::{Deployment, Scenario, ScenarioResult, Testbed};
use crate::terraform::{Functions, Outputs};
use crate::traffic::sender::Webhook;

/// Requests that are under way at the same time, during a deploy.
const AT_ONCE: usize = 4;

pub(super) const DEPLOYED: Scenario = Scenario::new(
    "deployed-unnoticed",
    "new code moves the aliases to new versions while requests come, and none is lost",
    |testbed| Box::pin(deployed(testbed)),
);

pub(super) const ROLLED_BACK: Scenario = Scenario::new(
    "rolled-back-unnoticed",
    "pinned_versions moves the aliases back, and nothing else, while requests come, and none is lost",
    |testbed| Box::pin(rolled_back(testbed)),
);

async fn deployed(testbed: &Testbed) -> ScenarioResult {
    let before = testbed.deployment.outputs().await?.alias_versions();
    let (outputs, sent) = deploy(testbed).await?;
    let after = outputs.alias_versions();
    ensure!(after != before && after == outputs.function_versions, "the aliases went from {before:?} to {after:?}");
    Ok(format!("ingest from {} to {}, {sent} requests meanwhile", before.ingest, after.ingest))
}

async fn rolled_back(testbed: &Testbed) -> ScenarioResult {
    let deployment = &testbed.deployment;
    let mut now = deployment.outputs().await?;
    if previous(&now.alias_versions()).is_none() {
        now = deploy(testbed).await?.0;
    }
    let back = previous(&now.alias_versions()).unwrap_or_else(|| now.alias_versions());
    let variables = Deployment::pinned(&deployment.renewed()?, &back);
    let done = roll_back(testbed, &variables, &back).await;
    deployment.restore().await?;
    done
}

async fn roll_back(testbed: &Testbed, variables: &serde_json::Value, back: &Functions) -> ScenarioResult {
    let changes = testbed.deployment.plan(variables).await?;
    let alias = |change: &String| change.contains(".aws_lambda_alias.this: ") || change.ends_with("_alias_version");
    ensure!(!changes.is_empty() && changes.iter().all(alias), "more than the aliases would change: {changes:?}");
    let (outputs, sent) = meanwhile(testbed, testbed.deployment.apply(variables)).await?;
    ensure!(outputs.alias_versions() == *back, "the aliases are at {:?}", outputs.alias_versions());
    Ok(format!("ingest back to {}, {sent} requests meanwhile", back.ingest))
}

/// The versions before these, if there are any.
fn previous(versions: &Functions) -> Option<Functions> {
    let before = |version: &str| version.parse::<u32>().ok()?.checked_sub(1).filter(|it| *it > 0);
    let (ingest, process) = (before(&versions.ingest)?.to_string(), before(&versions.process)?.to_string());
    Some(Functions { ingest, process })
}

async fn deploy(testbed: &Testbed) -> Result<(Outputs, usize)> {
    let variables = testbed.deployment.renewed()?;
    meanwhile(testbed, testbed.deployment.apply(&variables)).await
}

/// Sends all the time while something is done: all of it is accepted and arrives, once.
async fn meanwhile(testbed: &Testbed, work: impl Future<Output = Result<Outputs>>) -> Result<(Outputs, usize)> {
    let over = Cell::new(false);
    let work = async {
        let done = work.await;
        over.set(true);
        done
    };
    let sending = async {
        let mut sent = Vec::new();
        while !over.get() {
            sent.extend(try_join_all((0..AT_ONCE).map(|_| accepted(testbed))).await?);
        }
        anyhow::Ok(sent)
    };
    let (outputs, sent) = join(work, sending).await;
    let (outputs, sent) = (outputs?, sent?);
    for webhook in &sent {
        let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "a body has changed");
    }
    Ok((outputs, sent.len()))
}

async fn accepted(testbed: &Testbed) -> Result<Webhook> {
    let webhook = testbed.signed("github", format!("{{\"n\":\"{}\"}}", Uuid::new_v4()))?;
    let answer = testbed.send(&webhook).await?;
    ensure!(answer.status == 202, "during the deploy: {} {}", answer.status, answer.body);
    Ok(webhook)
}
