// The message for the queue: CloudEvents 1.0 in JSON, in the same format as crates/event.

import { createHash, randomBytes } from 'node:crypto';

// Ids and types become header values and log fields, so only short names of plain characters are valid.
const NAME = /^[A-Za-z0-9_.:-]{1,128}$/;

// Returns the name if it is valid, else the result of `fallback`.
export const validNameOr = (name, fallback) => (name !== undefined && NAME.test(name) ? name : fallback());

// A hash of the body. The X-GitHub-Delivery header is not signed: with another value, a copy of a request would be
// delivered a second time.
export const dedupKey = (source, body) =>
  createHash('sha256').update(`body\0${source}\0`).update(body).digest('hex');

// Parses the X-Ray trace header and converts it to a W3C traceparent. A header without a parent segment gets a random
// parent.
export function parseTraceHeader(header = '') {
  const fields = Object.fromEntries(header.toLowerCase().split(';').map((part) => part.trim().split('=')));
  const [, epoch, unique] = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(fields.root) ?? [];
  if (!epoch) return undefined;
  const parent = /^[0-9a-f]{16}$/.test(fields.parent) ? fields.parent : randomBytes(8).toString('hex');
  const sampled = fields.sampled === '1' ? 1 : 0;
  return {
    header: `Root=1-${epoch}-${unique};Parent=${parent};Sampled=${sampled}`,
    traceparent: `00-${epoch}${unique}-${parent}-0${sampled}`,
  };
}

// `data` is an object with either `data_base64` or `dataref`. JSON.stringify omits undefined members.
export const serializeEvent = ({ id, source, type, time, contentType, key, traceparent }, data) =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    time,
    datacontenttype: contentType,
    dedupkey: key,
    traceparent,
    ...data,
  });
