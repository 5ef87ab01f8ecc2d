//! Checks of a deployment that only read. Each check is independent and has a deadline: one that fails or takes too long
//! has the severity [`Severity::Unknown`], and the others have their results.

mod alarms;
mod certificate;
mod concurrency;
mod destinations;
mod email;
mod functions;
mod lanes;
mod log_role;
mod report;
mod secrets;
mod topic;

use std::time::Duration;

use anyhow::Result;
use tokio::time::timeout;

pub use self::report::{Check, Finding, Report, Severity};
use crate::target::Target;

/// Time limit of one check.
const DEADLINE: Duration = Duration::from_secs(20);

/// Makes all checks at the same time.
pub async fn examine(target: &Target) -> Report {
    let checks = tokio::join!(
        check("lambda-concurrency", concurrency::check(target)),
        check("lanes", lanes::check(target)),
        check("dead-letter-queue", lanes::check_dlq(target)),
        check("destinations", destinations::check(target)),
        check("secrets", secrets::check(target)),
        check("aliases", functions::check_aliases(target)),
        check("packages", functions::check_packages(target)),
        check("alarms", alarms::check(target)),
        check("alarm-topic", topic::check(target)),
        check("access-log-role", log_role::check(target)),
        check("certificate", certificate::check(target)),
        check("email", email::check(target)),
    );
    Report { checks: <[Check; 12]>::from(checks).into() }
}

async fn check(name: &'static str, findings: impl Future<Output = Result<Vec<Finding>>>) -> Check {
    check_within(DEADLINE, name, findings).await
}

async fn check_within(
    deadline: Duration,
    name: &'static str,
    findings: impl Future<Output = Result<Vec<Finding>>>,
) -> Check {
    let findings = match timeout(deadline, findings).await {
        Ok(Ok(findings)) => findings,
        Ok(Err(error)) => vec![Finding::unknown(format!("{error:#}"))],
        Err(_) => vec![Finding::unknown(format!("no result within {} s", deadline.as_secs()))],
    };
    Check { name, findings }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[tokio::test]
    async fn check_that_fails_or_hangs_is_unknown() {
        let failed = check("a", async { bail!("access denied") }).await;
        assert_eq!(failed.findings, [Finding::unknown("access denied")]);
        let hung = check_within(Duration::ZERO, "b", std::future::pending()).await;
        assert_eq!(hung.findings, [Finding::unknown("no result within 0 s")]);
        assert_eq!((failed.severity(), hung.severity()), (Severity::Unknown, Severity::Unknown));
    }
}
