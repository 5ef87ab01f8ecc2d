use std::future::Future;

/// What all lines of a request or record have in common, so that the least of them can be found by the event's id.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The request's or the batch's id.
    pub request_id: String,
    /// The event's id.
    pub event_id: String,
    /// The source's name.
    pub source: String,
    /// The event's type.
    pub event_type: String,
    /// The trace.
    pub trace_id: String,
    /// How often the event was received.
    pub attempt: Option<u32>,
    /// Whether this is an environment's first call.
    pub cold_start: bool,
}

tokio::task_local! {
    static CONTEXT: Context;
}

/// Runs a future whose lines, those of a panic included, all carry the context.
pub async fn with_context<F: Future>(context: Context, future: F) -> F::Output {
    CONTEXT.scope(context, future).await
}

/// With the context that there is, or an empty one.
pub(crate) fn with(write: impl FnOnce(&Context)) {
    let mut write = Some(write);
    let mut once = |context: &Context| {
        if let Some(write) = write.take() {
            write(context);
        }
    };
    if CONTEXT.try_with(&mut once).is_err() {
        once(&Context::default());
    }
}
