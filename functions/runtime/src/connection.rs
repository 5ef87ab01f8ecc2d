//! HTTP/1.1 with somebody who is trusted and on this machine: what Lambda is and no more. Blocking, because there is nothing
//! else to do until Lambda has an event; an asynchronous client cost a third of what such an exchange takes.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use crate::answer::{Answer, Length};

/// What is read at once: an event of ten KiB, as most are smaller, with its base64 and all that the gateway says of it.
const BUFFER_BYTES: usize = 32 * 1024;

/// Status and headers are a few hundred.
const MAX_HEAD_BYTES: u64 = 64 * 1024;

pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(BUFFER_BYTES, stream)))
    }

    /// A request, in one piece.
    pub(crate) fn write(&mut self, method: &str, path: &str, host: &str, body: &[u8]) -> io::Result<()> {
        let (version, length) = (env!("CARGO_PKG_VERSION"), body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: hookline/{version}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        self.0.get_mut().write_all(&[head.as_bytes(), body].concat())
    }

    /// The answer to it, as a whole.
    pub(crate) fn read(&mut self) -> io::Result<Answer> {
        let mut answer = Answer::of(&self.head()?)?;
        answer.body = match answer.length()? {
            Length::Bytes(length) => self.bytes(length)?,
            Length::Chunked => self.chunks()?,
            Length::UntilTheEnd => {
                answer.is_last = true;
                let mut body = Vec::new();
                self.0.read_to_end(&mut body)?;
                body
            }
        };
        Ok(answer)
    }

    /// All up to the empty line.
    fn head(&mut self) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(512);
        let mut limited = (&mut self.0).take(MAX_HEAD_BYTES);
        while limited.read_until(b'\n', &mut head)? > 0 && !head.ends_with(b"\r\n\r\n") {}
        Ok(head)
    }

    fn bytes(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(io::Error::other)?;
            if size == 0 {
                break;
            }
            body.extend(self.bytes(size)?);
            self.line()?;
        }
        // Whatever is told behind the last chunk.
        while !self.line()?.is_empty() {}
        Ok(body)
    }

    /// Without its end.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        (&mut self.0).take(MAX_HEAD_BYTES).read_line(&mut line)?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
