//! A real browser: headless Chromium, controlled by WebDriver through chromedriver. Both are packages of Debian
//! (`chromium`, `chromium-driver`).

mod axe;
mod command;
mod driver;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

pub(crate) use self::axe::Axe;
use self::command::{BrowserLog, DevTools};
use self::driver::Driver;
pub(crate) use self::driver::unavailable_reason;

/// The longest wait for an element.
const ELEMENT_TIMEOUT: Duration = Duration::from_secs(20);

/// How a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Appearance {
    /// The width of the window in CSS pixels.
    pub(crate) width: u32,
    /// Whether the system prefers dark colours.
    pub(crate) is_dark: bool,
}

/// A browser with one window and no cookies. It ends with this value.
pub(crate) struct Browser {
    client: Client,
    _driver: Driver,
}

impl Browser {
    /// Starts a browser.
    pub(crate) async fn start() -> Result<Self> {
        let driver = Driver::start().await?;
        // The sandbox needs user namespaces, which containers do not have. The pipe ends the browser with chromedriver.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--remote-debugging-pipe",
            "--no-proxy-server",
        ];
        let capabilities: Capabilities = serde_json::from_value(json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        }))?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(driver.url()).await;
        Ok(Self { client: client.context("cannot start Chromium")?, _driver: driver })
    }

    /// Ends the browser.
    pub(crate) async fn close(self) -> Result<()> {
        self.client.close().await.context("cannot end the browser")
    }

    /// Sets how pages are shown.
    pub(crate) async fn show_as(&self, appearance: Appearance) -> Result<()> {
        let Appearance { width, is_dark } = appearance;
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.client.issue_cmd(DevTools::new("Emulation.setDeviceMetricsOverride", size)).await?;
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.client.issue_cmd(DevTools::new("Emulation.setEmulatedMedia", media)).await?;
        Ok(())
    }

    /// Loads a page.
    pub(crate) async fn open(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("cannot load {url}"))
    }

    /// Returns the URL of the page.
    pub(crate) async fn url(&self) -> Result<String> {
        Ok(self.client.current_url().await?.to_string())
    }

    /// Waits for an element.
    pub(crate) async fn element(&self, css: &str) -> Result<Element> {
        let element = self.client.wait().at_most(ELEMENT_TIMEOUT).for_element(Locator::Css(css)).await;
        match element {
            Ok(element) => Ok(element),
            Err(error) => {
                let text = self.text("body").await.unwrap_or_default();
                bail!("the page {} has no `{css}`: {error}; it shows: {text}", self.url().await.unwrap_or_default())
            }
        }
    }

    /// Clicks an element.
    pub(crate) async fn click(&self, css: &str) -> Result<()> {
        let element = self.element(css).await?;
        element.click().await.with_context(|| format!("cannot click `{css}`"))
    }

    /// Types into an element.
    pub(crate) async fn write(&self, css: &str, text: &str) -> Result<()> {
        let element = self.element(css).await?;
        element.send_keys(text).await.with_context(|| format!("cannot write into `{css}`"))
    }

    /// Returns the text of the first such element that is on the page now.
    pub(crate) async fn text(&self, css: &str) -> Result<String> {
        let element = self.client.find(Locator::Css(css)).await.with_context(|| format!("the page has no `{css}`"))?;
        Ok(element.text().await?)
    }

    /// Returns the number of such elements.
    pub(crate) async fn count(&self, css: &str) -> Result<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Clicks all such elements.
    pub(crate) async fn click_all(&self, css: &str) -> Result<usize> {
        let elements = self.client.find_all(Locator::Css(css)).await?;
        for element in &elements {
            element.click().await.with_context(|| format!("cannot click `{css}`"))?;
        }
        Ok(elements.len())
    }

    /// Returns the value of a JavaScript expression.
    pub(crate) async fn value(&self, expression: &str) -> Result<Value> {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.with_context(|| format!("`{expression}` fails"))
    }

    /// Checks that the page neither overflows its window nor has an error in the browser's console, such as a violation of the
    /// content security policy.
    pub(crate) async fn check_page(&self) -> Result<()> {
        let overflow =
            self.value("document.documentElement.scrollWidth - document.documentElement.clientWidth").await?;
        ensure!(overflow == 0, "{} is {overflow} px wider than the window", self.url().await?);
        let lines = self.client.issue_cmd(BrowserLog).await?;
        let lines = lines.as_array().context("the browser's log is no list")?;
        let url = self.url().await?;
        // The status of an error page itself is no fault.
        let is_own_status = |line: &Value| {
            line["source"] == "network"
                && line["message"].as_str().is_some_and(|text| text.starts_with(&format!("{url} ")))
        };
        let severe: Vec<_> = lines.iter().filter(|line| line["level"] == "SEVERE" && !is_own_status(line)).collect();
        ensure!(severe.is_empty(), "{url} has errors in the browser: {severe:?}");
        Ok(())
    }

    /// Checks the accessibility of the page.
    pub(crate) async fn check_accessibility(&self, axe: &Axe) -> Result<()> {
        self.client.execute(axe.source(), Vec::new()).await.context("cannot load axe-core")?;
        let script = "const done = arguments[arguments.length - 1]; \
            axe.run().then(result => done(result.violations), error => done(String(error)));";
        let violations = self.client.execute_async(script, Vec::new()).await.context("axe-core fails")?;
        let found = violations.as_array().with_context(|| format!("axe-core fails: {violations}"))?;
        let found: Vec<_> =
            found.iter().map(|violation| format!("{}: {}", violation["id"], violation["nodes"][0]["html"])).collect();
        ensure!(found.is_empty(), "{} is not accessible: {}", self.url().await?, found.join("; "));
        Ok(())
    }

    /// Returns a picture of the window, as PNG.
    pub(crate) async fn screenshot(&self) -> Result<Vec<u8>> {
        self.client.screenshot().await.context("cannot take a picture of the page")
    }
}
