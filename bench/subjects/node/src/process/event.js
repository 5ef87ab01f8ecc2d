// The event in a message of the queue: CloudEvents 1.0 in JSON, in the same format as crates/event.

import { parseTraceHeader } from '../event.js';
import { DeliveryError } from './delivery_error.js';

const REQUIRED = ['specversion', 'id', 'source', 'type', 'time', 'dedupkey'];
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const unreadable = (cause) => new DeliveryError('unreadable_event', { cause });

export function parseEvent(record) {
  const event = parseJson(record.body);
  const isText = (name) => typeof event?.[name] === 'string';
  // Offloaded payloads are not supported here: an event with one has `dataref` instead of `data_base64`.
  if (!REQUIRED.every(isText) || !isText('data_base64') || event.specversion.split('.')[0] !== '1') throw unreadable();
  const data = Buffer.from(event.data_base64, 'base64');
  // Node's decoder skips characters that are not base64.
  if (data.length !== Buffer.byteLength(event.data_base64, 'base64')) throw unreadable();
  return {
    id: event.id,
    source: event.source,
    // The source's name, for instance `github` for `/webhooks/github`.
    sourceName: event.source.slice(event.source.lastIndexOf('/') + 1),
    type: event.type,
    time: event.time,
    contentType: isText('datacontenttype') ? event.datacontenttype : undefined,
    key: event.dedupkey,
    // The value from ingest, else the one from the message attribute AWSTraceHeader.
    traceparent: TRACEPARENT.test(event.traceparent)
      ? event.traceparent
      : parseTraceHeader(record.attributes.AWSTraceHeader)?.traceparent,
    data,
  };
}

function parseJson(json) {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw unreadable(cause);
  }
}
