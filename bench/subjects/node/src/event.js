// The message for the queue: CloudEvents 1.0 in JSON, as crates/event writes it.

import { createHash, randomBytes } from 'node:crypto';

// Ids and types go into headers and logs: a short word of plain characters, or not at all.
const NAME = /^[A-Za-z0-9_.:-]{1,128}$/;

export const nameOr = (name, other) => (name !== undefined && NAME.test(name) ? name : other());

// From the body: X-GitHub-Delivery is not signed, and whoever changed it would let a copy through.
export const dedupKey = (source, body) =>
  createHash('sha256').update(`body\0${source}\0`).update(body).digest('hex');

// X-Ray's header, and the same as W3C has it. A request whose sender has made no segment of its own has no parent.
export function readTrace(header = '') {
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

// `data` is either `data_base64` or `dataref`; what is undefined is left out.
export const toMessage = ({ id, source, type, time, contentType, key, traceparent }, data) =>
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
