use std::future::Future;

/// Fields that all lines of one request or record share, so that a search for the event's id finds every line.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The request's id; in process, the id of the batch's invocation.
    pub request_id: String,
    /// The event's id.
    pub event_id: String,
    /// The source's name.
    pub source: String,
    /// The event's type.
    pub event_type: String,
    /// The trace's id.
    pub trace_id: String,
    /// How many times SQS has delivered the message, this time included.
    pub attempt: Option<u32>,
    /// Whether this is the execution environment's first call.
    pub cold_start: bool,
}

tokio::task_local! {
    static CONTEXT: Context;
}

/// Runs a future. All lines that it writes carry the context, including the line of a panic.
pub async fn with_context<F: Future>(context: Context, future: F) -> F::Output {
    CONTEXT.scope(context, future).await
}

/// Calls `write` with the current context, or with an empty one outside of [`with_context`].
pub(crate) fn read_context(write: impl FnOnce(&Context)) {
    let mut write = Some(write);
    let mut write_once = |context: &Context| {
        if let Some(write) = write.take() {
            write(context);
        }
    };
    if CONTEXT.try_with(&mut write_once).is_err() {
        write_once(&Context::default());
    }
}
