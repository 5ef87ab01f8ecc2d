// Posts the exact body, with the event's attributes as headers: CloudEvents' binary mode. With node:http and not fetch,
// which starts slower and cannot be told how to resolve names. No redirect is followed: it could lead past the guard.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md

import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { urlToHttpOptions } from 'node:url';

import { Failure } from './failure.js';

// Between two batches the function may be frozen for minutes: a connection that was idle for long is closed at the
// other end by then.
const IDLE_MS = 5000;

// An answer is read so far that its connection can be used again, and no further.
const MAX_ANSWER_BYTES = 16 * 1024;
const DRAIN_MS = 300;

// What is the event's, the connection's, or would be a secret in the configuration.
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

// A function that makes one attempt at most `time` milliseconds long.
export function readDestination(name, { kind, url, timeout_ms, headers = {}, signed }, guard) {
  if (kind !== 'http' || signed) throw new Error(`destination ${name}: only unsigned http is done here`);
  if (!Number.isInteger(timeout_ms) || timeout_ms < 1) throw new Error(`destination ${name} has no timeout_ms`);
  const reserved = Object.keys(headers).find((it) => RESERVED.test(it));
  if (reserved) throw new Error(`destination ${name}: ${reserved} is no header that can be set`);
  const target = urlToHttpOptions(new URL(url));
  const client = clients[target.protocol];
  // A host that is an address is connected to without a look-up, and so without its check.
  const literal = isIP(target.hostname) > 0;
  if (!client || (target.protocol === 'http:' && !(literal && guard.lists(target.hostname)))) {
    throw new Error(`destination ${name}: ${url} is neither https nor http to a listed address`);
  }
  const blocked = literal && !guard.allows(target.hostname);
  const options = { ...target, agent: client.agent, lookup: guard.lookup, method: 'POST' };

  return async function deliver(event, time) {
    if (blocked) throw new Failure('blocked_address');
    const signal = AbortSignal.timeout(Math.min(timeout_ms, time));
    const all = { 'user-agent': 'hookline', ...headers, ...eventHeaders(event) };
    const response = await post(client, { ...options, headers: all, signal }, event.data);
    await drain(response);
    judge(response);
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
      .on('error', (error) => reject(failureOf(error, options.signal)))
      .end(body);
  }).catch((cause) => {
    throw cause.code === 'ERR_INVALID_CHAR' ? new Failure('unreadable_event', { cause }) : cause;
  });
}

function failureOf(cause, signal) {
  if (cause.code === 'BLOCKED') return new Failure('blocked_address', { cause });
  if (signal.aborted) return new Failure('timeout', { passes: true, cause });
  // The connection broke off, or there was none.
  const reason = /^(ECONNRESET|EPIPE|HPE_)/.test(cause.code) ? 'request' : 'connection';
  return new Failure(reason, { passes: true, cause });
}

// The verdict stands already: what goes wrong here concerns only the connection.
function drain(response) {
  return new Promise((resolve) => {
    const late = setTimeout(() => response.destroy(), DRAIN_MS);
    let bytes = 0;
    response.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) response.destroy();
    });
    response.on('error', () => {});
    response.on('close', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

function judge({ statusCode: status, headers }) {
  if (status >= 200 && status < 300) return;
  const passes = [408, 425, 429].includes(status) || status >= 500;
  throw new Failure(`http_${status}`, { passes, retryAfter: passes ? retryAfter(headers['retry-after']) : undefined });
}

// Seconds: a number, or a date in the future.
function retryAfter(value = '') {
  if (/^\d+$/.test(value.trim())) return Number(value);
  const seconds = Math.trunc((Date.parse(value) - Date.now()) / 1000);
  return value.endsWith('GMT') && seconds > 0 ? seconds : undefined;
}
