use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookline_telemetry::{Level, Line};
use lambda_runtime::Error;
use tokio::sync::OnceCell;
use tokio::time;

use crate::configuration::{ConfigurationError, ConfigurationObject, ConfigurationVariables};
use crate::sdk::Sdk;
use crate::settings::AwsSettings;
use crate::start::checked;
use crate::variables::{InvalidConfiguration, Variables};

/// The shortest time between two attempts to read the object.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// The variables of the process, or a test's table.
pub type Lookup = Box<dyn Fn(&str) -> Option<String>>;

/// A function whose handler is built from its configuration.
///
/// The configuration is in the environment, or part of it is an object in S3. While the object is not readable, the
/// function runs without a handler and rejects each invocation, and an invocation reads the object again, at most every
/// five seconds. If the function exited instead, senders would get a 502 from API Gateway.
pub struct Service<H, R, B> {
    lookup: Lookup,
    object: Option<(ConfigurationObject, Sdk)>,
    read: R,
    build: B,
    handler: OnceCell<H>,
    failure: Mutex<Option<(time::Instant, ConfigurationError)>>,
}

impl<H, C, R, B> Service<H, R, B>
where
    R: Fn(Variables<'_>) -> Result<C, InvalidConfiguration>,
    B: AsyncFn(C, Instant) -> Result<H, Error>,
{
    /// Sets up the logs, reads the configuration and builds the handler. `build` also gets the time since which the first
    /// invocation waits.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`] with all errors, which were logged and reported to Lambda, or the error of `build`. The
    /// function must exit.
    pub async fn start(function: &'static str, read: R, build: B) -> Result<Self, Error> {
        Self::start_with(Box::new(|name| std::env::var(name).ok()), function, read, build).await
    }

    /// Starts like [`Service::start`], with other variables than those of the process.
    ///
    /// # Errors
    ///
    /// Like [`Service::start`].
    pub async fn start_with(lookup: Lookup, function: &'static str, read: R, build: B) -> Result<Self, Error> {
        let started = Instant::now();
        let object = checked(function, &lookup, find_object(&lookup)).await?;
        let (handler, failure) = (OnceCell::new(), Mutex::default());
        let service = Self { lookup, object, read, build, handler, failure };
        match service.read_object().await {
            Ok(variables) => {
                let config = service.read_config(&variables);
                let config = checked(function, &service.lookup, config).await?;
                service.handler.set((service.build)(config, started).await?).ok();
            }
            Err(error) => service.record(error),
        }
        Ok(service)
    }

    /// Returns the handler. Without one, reads the object again and builds the handler.
    ///
    /// # Errors
    ///
    /// [`ConfigurationError`]: the invocation must be rejected. Between two attempts, it is the error of the last one.
    pub async fn handler(&self) -> Result<&H, ConfigurationError> {
        self.handler.get_or_try_init(|| self.retry()).await
    }

    async fn retry(&self) -> Result<H, ConfigurationError> {
        let last = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match last {
            Some((time, error)) if time.elapsed() < RETRY_INTERVAL => return Err(error),
            _ => {}
        }
        let result = self.read_and_build().await;
        result.inspect_err(|error| self.record(error.clone()))
    }

    async fn read_and_build(&self) -> Result<H, ConfigurationError> {
        let started = Instant::now();
        let variables = self.read_object().await?;
        let config = self.read_config(&variables).map_err(ConfigurationError::Invalid)?;
        let handler = (self.build)(config, started).await;
        handler.map_err(|error| ConfigurationError::Start { problem: error.to_string() })
    }

    /// Returns the variables of the object; none if there is no object.
    async fn read_object(&self) -> Result<ConfigurationVariables, ConfigurationError> {
        let Some((object, sdk)) = &self.object else { return Ok(ConfigurationVariables::new()) };
        let timeouts = ConfigurationObject::TIMEOUTS;
        let variables = object.read(&sdk.config(timeouts), timeouts.call).await;
        sdk.finish_initialization();
        variables
    }

    fn read_config(&self, variables: &ConfigurationVariables) -> Result<C, InvalidConfiguration> {
        (self.read)(Variables::new(&|name| match variables.get(name) {
            Some(value) => Some(value.get().to_owned()),
            None => (self.lookup)(name),
        }))
    }

    /// Logs a failed attempt and starts the time until the next one.
    fn record(&self, error: ConfigurationError) {
        let reason = error.reason();
        Line { reason, detail: Some(&error), ..Line::new(Level::Error, "configuration_unavailable") }.write(&[]);
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some((time::Instant::now(), error));
    }
}

/// Returns the object that the environment names, with a client for it; `None` if the environment is complete.
fn find_object(lookup: &Lookup) -> Result<Option<(ConfigurationObject, Sdk)>, InvalidConfiguration> {
    let mut variables = Variables::new(lookup);
    if variables.optional(ConfigurationObject::VARIABLE).is_none() {
        return Ok(None);
    }
    let object = variables.json(ConfigurationObject::VARIABLE);
    let settings = AwsSettings::read(&mut variables);
    let object = object.zip(settings).map(|(object, settings)| (object, Sdk::new(settings)));
    variables.finish(object).map(Some)
}
