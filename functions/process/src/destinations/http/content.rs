//! What a request contains: the headers and the body, without the credentials and the signature.

use bytes::Bytes;
use hookline_event::Event;
use hookline_telemetry::Trace;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::body::BodyTemplate;
use super::compression::Compression;
use super::headers::{ConfiguredHeaders, event_headers};
use crate::destinations::template_context::TemplateContext;
use crate::egress::json_headers;
use crate::failure::Failure;
use crate::reason::Reason;

/// How the content of a request is made of an event.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) headers: ConfiguredHeaders,
    /// The template of the body. Without it, the body has the exact bytes of the payload.
    pub(super) body: Option<BodyTemplate>,
    pub(super) compression: Option<Compression>,
}

/// The content of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestContent {
    pub(super) headers: HeaderMap,
    /// The body before it is compressed.
    pub(super) body: Bytes,
    /// The content coding that the body gets, and that the headers declare.
    compression: Option<Compression>,
}

impl Content {
    /// Returns the content for an event.
    ///
    /// # Errors
    ///
    /// [`Failure`]: a template fails for the event, or an attribute cannot be a header.
    pub(super) fn of(&self, event: &Event, trace: Option<&Trace>) -> Result<RequestContent, Failure> {
        let mut headers = self.headers.of(event)?;
        headers.extend(event_headers(event, trace).ok_or_else(|| Failure::from(Reason::UnreadableEvent))?);
        let body = match &self.body {
            None => event.data.clone(),
            Some(template) => {
                headers.remove(CONTENT_ENCODING);
                headers.remove(CONTENT_TYPE);
                headers.extend(json_headers());
                template.render(&TemplateContext::new(event))?
            }
        };
        // A second coding would be unusual, and makes compressed bytes no smaller.
        let compression = self.compression.filter(|_| !headers.contains_key(CONTENT_ENCODING));
        headers.extend(compression.map(|compression| (CONTENT_ENCODING, compression.header())));
        Ok(RequestContent { headers, body, compression })
    }
}

impl RequestContent {
    /// Returns the headers and the bytes that are sent. A signature covers these bytes.
    ///
    /// # Errors
    ///
    /// [`Reason::RequestFailed`]: the body cannot be compressed, which does not happen.
    pub(super) fn encode(self) -> Result<(HeaderMap, Bytes), Failure> {
        let body = match self.compression {
            None => self.body,
            Some(compression) => compression.apply(&self.body).map_err(|_| Reason::RequestFailed)?,
        };
        Ok((self.headers, body))
    }
}
