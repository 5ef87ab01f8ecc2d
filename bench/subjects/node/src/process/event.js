// The event on the queue, as crates/event reads it: CloudEvents 1.0 in JSON.

import { readTrace } from '../event.js';
import { Failure } from './failure.js';

const REQUIRED = ['specversion', 'id', 'source', 'type', 'time', 'dedupkey'];
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const unreadable = (cause) => new Failure('unreadable_event', { cause });

export function readEvent(record) {
  const event = parse(record.body);
  const isText = (name) => typeof event?.[name] === 'string';
  // A payload in the bucket, which has `dataref` instead, is left out here.
  if (!REQUIRED.every(isText) || !isText('data_base64') || event.specversion.split('.')[0] !== '1') throw unreadable();
  const data = Buffer.from(event.data_base64, 'base64');
  // Node's decoder skips what is not base64.
  if (data.length !== Buffer.byteLength(event.data_base64, 'base64')) throw unreadable();
  return {
    id: event.id,
    source: event.source,
    // The bare name: `github` of `/webhooks/github`.
    sourceName: event.source.slice(event.source.lastIndexOf('/') + 1),
    type: event.type,
    time: event.time,
    contentType: isText('datacontenttype') ? event.datacontenttype : undefined,
    key: event.dedupkey,
    // Ingest's; of an event that has none, what the queue was told.
    traceparent: TRACEPARENT.test(event.traceparent)
      ? event.traceparent
      : readTrace(record.attributes.AWSTraceHeader)?.traceparent,
    data,
  };
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw unreadable(cause);
  }
}
