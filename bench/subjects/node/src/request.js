// What API Gateway hands over for a REST API.

import { isUtf8 } from 'node:buffer';

import { Rejection } from './rejection.js';

// Lambda takes 6 MB in all; the limit is on the body as base64.
const MAX_BODY_BYTES = 6 * 1024 * 1024;

// It becomes a header of the delivery.
const CONTENT_TYPE = /^[\x20-\x7e]{0,200}$/;

export function sourceName(event) {
  if (event.httpMethod === 'POST' && event.resource === '/webhooks/{source}') return event.pathParameters?.source ?? '';
  return '';
}

// Each header's values by its name in lower case.
export function readHeaders(event) {
  const headers = new Map();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), ...values]);
  }
  return headers;
}

// The exact bytes. Node's decoder skips what is not base64: the signature then does not match.
export function readBody(event) {
  const text = event.body ?? '';
  const bytes = event.isBase64Encoded ? text.length : Math.ceil(Buffer.byteLength(text) / 3) * 4;
  if (bytes > MAX_BODY_BYTES) throw new Rejection(413, 'too_large', 'The body is larger than can be kept.');
  return Buffer.from(text, event.isBase64Encoded ? 'base64' : 'utf8');
}

// Checks a verified body against its declaration, and gives the declared content type.
export function checkBody(headers, body, contentTypes) {
  if (body.length === 0) throw new Rejection(400, 'empty_body', 'The body is empty.');
  const encodings = headers.get('content-encoding') ?? [];
  if (encodings.length > 1 || (encodings[0] ?? 'identity').trim().toLowerCase() !== 'identity') {
    throw new Rejection(415, 'unsupported_encoding', 'Only an uncompressed body is accepted.');
  }
  const declared = headers.get('content-type') ?? [];
  const type = (declared[0] ?? 'application/octet-stream').split(';')[0].trim().toLowerCase();
  if (declared.length > 1 || !CONTENT_TYPE.test(declared[0] ?? '') || !contentTypes.some((it) => fits(it, type))) {
    throw new Rejection(415, 'unsupported_type', 'The content type is not accepted here.');
  }
  if ((type === 'application/json' || type.endsWith('+json')) && !isJson(body)) {
    throw new Rejection(400, 'not_json', 'The body is declared as JSON, but is not.');
  }
  return declared[0];
}

// A pattern is `type/subtype` or `type/*+suffix`.
function fits(pattern, type) {
  const [before, after] = pattern.toLowerCase().split('*');
  if (after === undefined) return type === before;
  return type.length > before.length + after.length && type.startsWith(before) && type.endsWith(after);
}

// The parser's error is dropped: it quotes the body, and would take it into the log.
function isJson(body) {
  if (!isUtf8(body)) return false;
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}
