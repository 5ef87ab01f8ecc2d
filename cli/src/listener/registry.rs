use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use hookline_event_log::{Listener, Listeners};

use crate::clock::unix_seconds;
use crate::target::Target;

/// The item with all listeners.
#[derive(Debug)]
pub(super) struct Registry {
    client: Client,
    table: String,
}

impl Registry {
    /// Finds the table. Fails if the deployment sends no copies.
    pub(super) async fn find(target: &Target) -> Result<Self> {
        let is_enabled = target.process_variables().await?.get("HOOKLINE_LISTEN").is_some_and(|value| value == "true");
        ensure!(
            is_enabled,
            "the deployment sends no copies: set `listen = true` in the Terraform configuration of a development workspace, and \
             apply it"
        );
        let table = target.delivery_configuration().await?.state_table()?.to_owned();
        Ok(Self { client: Client::new(&target.sdk), table })
    }

    pub(super) async fn read(&self) -> Result<BTreeMap<String, Listener>> {
        Ok(self.listeners().await?.queues)
    }

    async fn listeners(&self) -> Result<Listeners> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let item = get.key("key", key()).send().await.context("cannot read the listeners")?.item;
        Ok(item.map(Listeners::from_item).transpose()?.unwrap_or_default())
    }

    /// Checks that the listener `name` gets copies. Fails if the source has too many other running listeners.
    pub(super) async fn check_limit(&self, name: &str, source: &str) -> Result<()> {
        let (listeners, now) = (self.listeners().await?, unix_seconds().try_into()?);
        let others = listeners.running(source, now).filter(|(other, _)| *other != name).count();
        ensure!(
            others < Listeners::MAX_PER_SOURCE,
            "source `{source}` already has {others} running listeners, and at most {} of a source get copies: end one of them \
             with Ctrl-C; one that has crashed ends within three minutes",
            Listeners::MAX_PER_SOURCE
        );
        Ok(())
    }

    pub(super) async fn add(&self, name: &str, listener: &Listener) -> Result<()> {
        let empty = AttributeValue::M(std::collections::HashMap::new());
        let create = self.update("SET queues = if_not_exists(queues, :empty)");
        create.expression_attribute_values(":empty", empty).send().await.context("cannot register the listener")?;
        let entry = listener.to_attribute()?;
        let add = self.update("SET queues.#name = :entry").expression_attribute_names("#name", name);
        add.expression_attribute_values(":entry", entry).send().await.context("cannot register the listener")?;
        Ok(())
    }

    /// Says that a listener is running. Fails if another command has removed it.
    pub(super) async fn renew(&self, name: &str, until: u64) -> Result<()> {
        let renew =
            self.update("SET queues.#name.#until = :until").condition_expression("attribute_exists(queues.#name)");
        let renew = renew.expression_attribute_names("#name", name).expression_attribute_names("#until", "until");
        let renewed = renew.expression_attribute_values(":until", AttributeValue::N(until.to_string())).send().await;
        renewed.with_context(|| {
            format!(
                "cannot renew the listener `{name}`; after three minutes without contact, another command may remove it"
            )
        })?;
        Ok(())
    }

    /// Removes a listener, and the item with the last one.
    pub(super) async fn remove(&self, name: &str) -> Result<()> {
        let remove = self.update("REMOVE queues.#name").expression_attribute_names("#name", name);
        is_changed(remove.condition_expression("attribute_exists(queues)").send().await)?;
        self.remove_list().await
    }

    /// Removes a listener if it has ended before `now`, in seconds since 1970. Returns whether it was removed: it may be
    /// running again.
    pub(super) async fn remove_ended(&self, name: &str, now: i64) -> Result<bool> {
        let remove = self.update("REMOVE queues.#name").expression_attribute_names("#name", name);
        let remove = remove.condition_expression("queues.#name.#until < :now");
        let remove = remove.expression_attribute_names("#until", "until");
        let remove = remove.expression_attribute_values(":now", AttributeValue::N(now.to_string()));
        let is_removed = is_changed(remove.send().await)?;
        if is_removed {
            self.remove_list().await?;
        }
        Ok(is_removed)
    }

    /// Removes the item if it has no listener.
    async fn remove_list(&self) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.table).key("key", key());
        let delete = delete.condition_expression("size(queues) = :none");
        match delete.expression_attribute_values(":none", AttributeValue::N("0".to_owned())).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(error).context("cannot remove the list of listeners"),
        }
    }

    fn update(&self, expression: &str) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("key", key()).update_expression(expression)
    }
}

/// Whether an update was made: not if its condition is not met.
fn is_changed(updated: Result<UpdateItemOutput, SdkError<UpdateItemError>>) -> Result<bool> {
    match updated {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) => {
            Ok(false)
        }
        Err(error) => Err(error).context("cannot remove the listener"),
    }
}

fn key() -> AttributeValue {
    AttributeValue::S(Listeners::KEY.to_owned())
}
