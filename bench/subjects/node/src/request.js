// The request in the format that API Gateway uses for a REST API.

import { isUtf8 } from 'node:buffer';

import { Rejection } from './rejection.js';

// A Lambda payload is at most 6 MB. The limit applies to the body in base64.
const MAX_BODY_BYTES = 6 * 1024 * 1024;

// The content type becomes a header of the delivery.
const CONTENT_TYPE = /^[\x20-\x7e]{0,200}$/;

export function sourceName(event) {
  const [, source] = /^\/webhooks\/([^/]+)$/.exec(event.resource ?? '') ?? [];
  return event.httpMethod === 'POST' && source !== undefined ? source : '';
}

// The values of each header, by lowercase name.
export function readHeaders(event) {
  const headers = new Map();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), ...values]);
  }
  return headers;
}

// Returns the exact bytes of the body. Node's decoder skips characters that are not base64: the signature then does not
// match.
export function decodeBody(event) {
  const text = event.body ?? '';
  const base64Bytes = event.isBase64Encoded ? text.length : Math.ceil(Buffer.byteLength(text) / 3) * 4;
  if (base64Bytes > MAX_BODY_BYTES) {
    throw new Rejection(413, 'body_too_large', 'The body is larger than can be stored.');
  }
  return Buffer.from(text, event.isBase64Encoded ? 'base64' : 'utf8');
}

// Checks that a verified body matches its headers. Returns the declared content type.
export function checkBody(headers, body, contentTypes) {
  if (body.length === 0) throw new Rejection(400, 'empty_body', 'The body is empty.');
  const encodings = headers.get('content-encoding') ?? [];
  if (encodings.length > 1 || (encodings[0] ?? 'identity').trim().toLowerCase() !== 'identity') {
    throw new Rejection(415, 'unsupported_content_encoding', 'Only an uncompressed body is accepted.');
  }
  const declared = headers.get('content-type') ?? [];
  const type = (declared[0] ?? 'application/octet-stream').split(';')[0].trim().toLowerCase();
  const isAccepted = contentTypes.some((pattern) => matchesPattern(pattern, type));
  if (declared.length > 1 || !CONTENT_TYPE.test(declared[0] ?? '') || !isAccepted) {
    throw new Rejection(415, 'unsupported_content_type', 'The content type is not accepted.');
  }
  if ((type === 'application/json' || type.endsWith('+json')) && !isJson(body)) {
    throw new Rejection(400, 'invalid_json', 'The body is declared as JSON, but is not valid JSON.');
  }
  return declared[0];
}

// A pattern is `type/subtype` or `type/*+suffix`.
function matchesPattern(pattern, type) {
  const [before, after] = pattern.toLowerCase().split('*');
  if (after === undefined) return type === before;
  return type.length > before.length + after.length && type.startsWith(before) && type.endsWith(after);
}

// Drops the parser's error: it quotes the body, which must not be in the log.
function isJson(body) {
  if (!isUtf8(body)) return false;
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}
