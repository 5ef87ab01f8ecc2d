// The same work as functions/ingest, for GitHub only: request, verification, queue, response. It omits what a sender
// cannot observe: metrics and trace segments, caching of secret store failures, and the use of expired secrets while
// the secret store fails.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

import { dedupKey, parseTraceHeader, serializeEvent, validNameOr } from './event.js';
import { Rejection, cannotQueue, cannotStore, cannotVerify, deadlineExceeded, notAuthentic } from './rejection.js';
import { checkBody, decodeBody, readHeaders, sourceName } from './request.js';
import { SecretCache } from './secret_cache.js';
import { isSigned, readSignature } from './signature.js';

// Part of the function's time that is reserved for the response itself.
const RESERVE_MS = 500;

// `aws` has the calls to AWS: index.js makes them with the SDK's clients, tests pass fakes.
export function createHandler(config, aws, write = (line) => process.stdout.write(line)) {
  const cache = new SecretCache(config);

  async function ingest(event, context) {
    const name = sourceName(event);
    const source = config.sources.get(name);
    if (!source) throw new Rejection(404, 'unknown_source', 'There is no such source.');
    const headers = readHeaders(event);
    const body = decodeBody(event);

    // Aborts every call that would run longer than the function: the sender then gets a response and retries.
    const deadline = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS));
    const withRejection = async (promise, toRejection) => {
      try {
        return await promise;
      } catch (cause) {
        throw deadline.aborted ? deadlineExceeded(cause) : toRejection(cause);
      }
    };

    const getSecret = (secret, stage, ...signals) => {
      const abortSignal = AbortSignal.any([deadline, ...signals]);
      const value = aws.getSecret(secret, stage, abortSignal);
      return withRejection(value, (cause) => cannotVerify('secret_unavailable', cause));
    };
    await verify(name, headers, body, getSecret);
    const contentType = checkBody(headers, body, source.contentTypes);
    const [eventName] = headers.get('x-github-event') ?? [];
    if (eventName === 'ping') return { outcome: 'handshake' };

    const [deliveryId] = headers.get('x-github-delivery') ?? [];
    const path = `/webhooks/${name}`;
    const trace = parseTraceHeader(process.env._X_AMZN_TRACE_ID ?? headers.get('x-amzn-trace-id')?.[0]);
    const cloudEvent = {
      id: validNameOr(deliveryId, randomUUID),
      source: path,
      type: `${name}.${validNameOr(eventName, () => 'received')}`,
      time: new Date().toISOString(),
      contentType,
      key: dedupKey(path, body),
      traceparent: trace?.traceparent,
    };
    let message = serializeEvent(cloudEvent, { data_base64: body.toString('base64') });
    if (Buffer.byteLength(message) > config.maxEventBytes) {
      // The claim check pattern. Each payload has a new key, so no object is ever overwritten.
      const key = `payloads/${randomUUID()}`;
      await withRejection(aws.putObject(config.payloadBucket, key, body, deadline), cannotStore);
      message = serializeEvent(cloudEvent, { dataref: `s3://${config.payloadBucket}/${key}` });
    }
    await withRejection(aws.sendMessage(config.queueUrl, message, trace?.header, deadline), cannotQueue);
    return { outcome: 'accepted', event_id: cloudEvent.id, type: cloudEvent.type };
  }

  // After a mismatch, verifies again with refreshed secrets: the secret may have been rotated.
  async function verify(name, headers, body, getSecret) {
    const cached = await cache.get(name, getSecret);
    const signature = readSignature(headers);
    if (isSigned(signature, body, cached.secrets)) return;
    const refreshed = await cache.refresh(name, getSecret);
    if (refreshed !== cached && isSigned(signature, body, refreshed.secrets)) return;
    // The signature may be from the previous secret, which the store has not returned.
    if (!refreshed.isPreviousKnown) throw cannotVerify('secret_unavailable');
    throw notAuthentic('signature_mismatch');
  }

  // Always returns a response: every error becomes a status.
  return async function handler(event, context) {
    const startedAt = performance.now();
    const requestId = event.requestContext?.requestId ?? 'unknown';
    // Writes one line per request. It does not use console.log, which on Lambda writes a prefix before the JSON.
    const log = (fields) => {
      const duration_ms = Math.round((performance.now() - startedAt) * 1e3) / 1e3;
      const source = sourceName(event).slice(0, 64);
      write(`${JSON.stringify({ ...fields, request_id: requestId, source, duration_ms })}\n`);
    };
    try {
      const receipt = await ingest(event, context);
      log({ level: 'INFO', ...receipt });
      if (receipt.outcome === 'handshake') return respond(200, 'pong', { 'content-type': 'text/plain; charset=utf-8' });
      return respond(202, JSON.stringify({ id: receipt.event_id }), { 'content-type': 'application/json' });
    } catch (error) {
      const rejection =
        error instanceof Rejection ? error : new Rejection(500, 'internal', 'The service failed.', error);
      const { status, reason, cause } = rejection;
      const [level, outcome] = status < 500 ? ['WARN', 'rejected'] : ['ERROR', 'failed'];
      log({ level, outcome, status, reason, detail: errorName(cause) });
      return problemResponse(rejection, requestId);
    }
  };
}

// The error's name and code only: its message may quote the body or a secret.
const errorName = (cause) => cause && [cause.name, cause.code].filter(Boolean).join(' ');

// Problem details (RFC 9457) with the request's id.
function problemResponse({ status, message }, requestId) {
  const body = { title: STATUS_CODES[status], status, detail: message, request_id: requestId };
  const headers = { 'content-type': 'application/problem+json' };
  if (status === 503) headers['retry-after'] = '10';
  return respond(status, JSON.stringify(body), headers);
}

const respond = (statusCode, body, headers) => ({ statusCode, headers, body, isBase64Encoded: false });
