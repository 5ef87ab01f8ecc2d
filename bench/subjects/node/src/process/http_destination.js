// Posts the exact body, with the event's attributes as headers (CloudEvents' binary content mode). Uses node:http and
// not fetch, which starts more slowly and does not accept a `lookup` function. Does not follow redirects: they would
// bypass the SSRF guard.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md

import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { urlToHttpOptions } from 'node:url';

import { DeliveryError } from './delivery_error.js';

// Lambda may freeze the function for minutes between two batches. The server closes long idle connections in that time.
const IDLE_MS = 5000;

// A response is read up to these limits, so that its connection can be reused.
const MAX_RESPONSE_BYTES = 16 * 1024;
const DRAIN_MS = 300;

// Headers of the event or of the connection, and headers that would put a secret into the configuration.
const RESERVED = new RegExp(
  '^(ce-.*|webhook-.*|connection|content-(length|type)|host|traceparent|transfer-encoding' +
    '|authorization|cookie|proxy-authorization)$',
  'i',
);

const keepAlive = { keepAlive: true, timeout: IDLE_MS };
const clients = {
  'http:': { request: http.request, agent: new http.Agent(keepAlive) },
  'https:': { request: https.request, agent: new https.Agent(keepAlive) },
};

// Returns a function that makes one attempt, which takes at most `timeMs`.
export function createDestination(name, { kind, url, timeout_ms, headers = {}, signed }, guard) {
  if (kind !== 'http' || signed) throw new Error(`destination \`${name}\`: only unsigned http is supported here`);
  if (!Number.isInteger(timeout_ms) || timeout_ms < 1) throw new Error(`destination \`${name}\` has no timeout_ms`);
  const reserved = Object.keys(headers).find((header) => RESERVED.test(header));
  if (reserved) throw new Error(`destination \`${name}\`: the header \`${reserved}\` is reserved`);
  const target = urlToHttpOptions(new URL(url));
  const client = clients[target.protocol];
  // Node does not call `lookup` for a host that is an address, so such an address is checked here.
  const isAddress = isIP(target.hostname) > 0;
  if (!client || (target.protocol === 'http:' && !(isAddress && guard.isListed(target.hostname)))) {
    throw new Error(`destination \`${name}\`: \`${url}\` is neither https nor http to a listed address`);
  }
  const isBlocked = isAddress && !guard.isAllowed(target.hostname);
  const options = { ...target, agent: client.agent, lookup: guard.lookup, method: 'POST' };

  return async function deliver(event, timeMs) {
    if (isBlocked) throw new DeliveryError('blocked_address');
    const signal = AbortSignal.timeout(Math.min(timeout_ms, timeMs));
    const allHeaders = { 'user-agent': 'hookline', ...headers, ...eventHeaders(event) };
    const response = await post(client, { ...options, headers: allHeaders, signal }, event.data);
    await drain(response);
    checkStatus(response);
  };
}

function eventHeaders({ id, source, type, time, key, contentType, traceparent }) {
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-source': source,
    'ce-type': type,
    'ce-time': time,
    'ce-dedupkey': key,
  };
  if (contentType !== undefined) headers['content-type'] = contentType;
  if (traceparent !== undefined) headers.traceparent = traceparent;
  return headers;
}

function post({ request }, options, body) {
  return new Promise((resolve, reject) => {
    request(options, resolve)
      .on('error', (error) => reject(toDeliveryError(error, options.signal)))
      .end(body);
  }).catch((cause) => {
    throw cause.code === 'ERR_INVALID_CHAR' ? new DeliveryError('unreadable_event', { cause }) : cause;
  });
}

function toDeliveryError(cause, signal) {
  if (cause.code === 'BLOCKED') return new DeliveryError('blocked_address', { cause });
  if (signal.aborted) return new DeliveryError('timeout', { isRetryable: true, cause });
  // Either an open connection failed, or no connection was established.
  const reason = /^(ECONNRESET|EPIPE|HPE_)/.test(cause.code) ? 'request_failed' : 'connection_failed';
  return new DeliveryError(reason, { isRetryable: true, cause });
}

// Reads the rest of the response. The status is already known, so an error here affects only the connection.
function drain(response) {
  return new Promise((resolve) => {
    const timeout = setTimeout(() => response.destroy(), DRAIN_MS);
    let bytes = 0;
    response.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > MAX_RESPONSE_BYTES) response.destroy();
    });
    response.on('error', () => {});
    response.on('close', () => {
      clearTimeout(timeout);
      resolve();
    });
  });
}

function checkStatus({ statusCode: status, headers }) {
  if (status >= 200 && status < 300) return;
  const isRetryable = [408, 425, 429].includes(status) || status >= 500;
  const retryAfter = isRetryable ? parseRetryAfter(headers['retry-after']) : undefined;
  throw new DeliveryError(`http_${status}`, { isRetryable, retryAfter });
}

// Returns seconds. The value is a number or a date in the future.
function parseRetryAfter(value = '') {
  if (/^\d+$/.test(value.trim())) return Number(value);
  const seconds = Math.trunc((Date.parse(value) - Date.now()) / 1000);
  return value.endsWith('GMT') && seconds > 0 ? seconds : undefined;
}
