//! What axe-core finds wrong with the page that is open.

use std::fmt;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{Browser, named_by};

/// A rule that the page breaks.
#[derive(Debug, Deserialize)]
pub struct Violation {
    /// The rule.
    pub id: String,
    /// What it asks for.
    pub help: String,
    /// Where it is broken.
    pub elements: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({}): {}", self.id, self.help, self.elements.join(" | "))
    }
}

/// Runs every rule that axe-core has. A colour on its way from one theme to the other is neither's: transitions end first.
const RUN: &str = "
    const done = arguments[0];
    const underWay = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    Promise.allSettled(underWay.map((transition) => transition.finished)).then(() =>
        axe.run(document, { resultTypes: ['violations'] })
    ).then(
        (results) => done(results.violations.map(({ id, help, nodes }) => ({
            id, help, elements: nodes.map((node) => node.target.join(' ') + ': ' + node.failureSummary),
        }))),
        (error) => done(String(error)),
    );
";

impl Browser {
    /// Checks the page as it is shown now.
    ///
    /// # Errors
    /// The checker is missing or fails.
    pub async fn violations(&self) -> Result<Vec<Violation>> {
        let path = named_by("AXE")?;
        let script =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        // Injected by the driver, which the page's security policy does not concern.
        self.driver.execute(script, Vec::new()).await?;
        let violations = self.driver.execute_async(RUN, Vec::new()).await?;
        violations.convert().with_context(|| format!("axe-core answered {}", violations.json()))
    }
}
