use std::io;

use httparse::{EMPTY_HEADER, Response, Status};

/// Headers of an answer: Lambda sends ten, and another API that stands in for it some more.
const MAX_HEADERS: usize = 64;

/// What the API says.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the connection ends with it.
    pub(crate) is_last: bool,
}

/// How the end of a body is told.
pub(crate) enum Length {
    Bytes(usize),
    Chunked,
    /// Of which there are as many as come.
    UntilTheEnd,
}

impl Answer {
    /// Reads status and headers.
    pub(crate) fn of(head: &[u8]) -> io::Result<Self> {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut headers);
        let parsed = response.parse(head).map_err(io::Error::other)?;
        let (Status::Complete(_), Some(status), Some(version)) = (parsed, response.code, response.version) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Vec<_> = response.headers.iter().map(|it| (it.name.to_owned(), text(it.value))).collect();
        let mut answer = Self { status, headers, ..Self::default() };
        let connection = answer.header("connection").unwrap_or(if version == 0 { "close" } else { "" });
        answer.is_last = connection.eq_ignore_ascii_case("close");
        Ok(answer)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// How long the body is ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
    pub(crate) fn length(&self) -> io::Result<Length> {
        match (self.header("transfer-encoding"), self.header("content-length")) {
            (Some(_), _) => Ok(Length::Chunked),
            (None, Some(length)) => length.parse().map(Length::Bytes).map_err(io::Error::other),
            (None, None) if self.status == 204 => Ok(Length::Bytes(0)),
            (None, None) => Ok(Length::UntilTheEnd),
        }
    }
}
