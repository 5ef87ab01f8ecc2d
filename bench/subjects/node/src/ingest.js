// The same ingest as functions/ingest, for GitHub only: request, verify, enqueue, response. It leaves out what a sender
// does not see: metrics and segments, failures of the secret store that are remembered, and secrets that outlive them.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

import { dedupKey, nameOr, readTrace, toMessage } from './event.js';
import { Rejection, cannotKeep, cannotQueue, cannotVerify, notAuthentic, outOfTime } from './rejection.js';
import { checkBody, readBody, readHeaders, sourceName } from './request.js';
import { SecretCache } from './secrets.js';
import { isSigned, readSignature } from './signature.js';

// Left of the function's time for the answer itself.
const RESERVE_MS = 500;

// `aws` is what index.js makes of the clients, or what a test puts in their place.
export function createHandler(config, aws, write = (line) => process.stdout.write(line)) {
  const cache = new SecretCache(config);

  async function take(event, context) {
    const name = sourceName(event);
    const source = config.sources.get(name);
    if (!source) throw new Rejection(404, 'unknown_source', 'There is no such source.');
    const headers = readHeaders(event);
    const body = readBody(event);

    // Ends every call that would outlive the function: the sender gets an answer of ours, and sends it again.
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS));
    const call = async (promise, rejection) => {
      try {
        return await promise;
      } catch (cause) {
        throw signal.aborted ? outOfTime(cause) : rejection(cause);
      }
    };

    const getSecret = (secret, stage, ...signals) => {
      const soonest = AbortSignal.any([signal, ...signals]);
      return call(aws.getSecret(secret, stage, soonest), (cause) => cannotVerify('secret_unavailable', cause));
    };
    await verify(name, headers, body, getSecret);
    const contentType = checkBody(headers, body, source.contentTypes);
    const [kind] = headers.get('x-github-event') ?? [];
    if (kind === 'ping') return { outcome: 'handshake' };

    const [delivery] = headers.get('x-github-delivery') ?? [];
    const path = `/webhooks/${name}`;
    const trace = readTrace(process.env._X_AMZN_TRACE_ID ?? headers.get('x-amzn-trace-id')?.[0]);
    const cloudEvent = {
      id: nameOr(delivery, randomUUID),
      source: path,
      type: `${name}.${nameOr(kind, () => 'received')}`,
      time: new Date().toISOString(),
      contentType,
      key: dedupKey(path, body),
      traceparent: trace?.traceparent,
    };
    let message = toMessage(cloudEvent, { data_base64: body.toString('base64') });
    if (Buffer.byteLength(message) > config.maxEventBytes) {
      // The claim check: under a key of its own, so that nothing that is kept is ever written over.
      const key = `payloads/${randomUUID()}`;
      await call(aws.putObject(config.payloadBucket, key, body, signal), cannotKeep);
      message = toMessage(cloudEvent, { dataref: `s3://${config.payloadBucket}/${key}` });
    }
    await call(aws.sendMessage(config.queueUrl, message, trace?.header, signal), cannotQueue);
    return { outcome: 'queued', event_id: cloudEvent.id, type: cloudEvent.type };
  }

  // A secret may have been rotated since it was fetched.
  async function verify(name, headers, body, getSecret) {
    const known = await cache.get(name, getSecret);
    const signature = readSignature(headers);
    if (isSigned(signature, body, known.secrets)) return;
    const newer = await cache.refresh(name, getSecret);
    if (newer !== known && isSigned(signature, body, newer.secrets)) return;
    // The previous secret may have signed it: only the store knows.
    if (!newer.isPreviousKnown) throw cannotVerify('secret_unavailable');
    throw notAuthentic('signature_mismatch');
  }

  // Always answers: whatever goes wrong becomes a status.
  return async function handler(event, context) {
    const started = performance.now();
    const requestId = event.requestContext?.requestId ?? 'unknown';
    // One line a request. console.log is not used: on Lambda it puts words of its own before the JSON.
    const log = (fields) => {
      const duration_ms = Math.round((performance.now() - started) * 1e3) / 1e3;
      const source = sourceName(event).slice(0, 64);
      write(`${JSON.stringify({ ...fields, request_id: requestId, source, duration_ms })}\n`);
    };
    try {
      const receipt = await take(event, context);
      log({ level: 'INFO', ...receipt });
      if (receipt.outcome === 'handshake') return respond(200, 'pong', { 'content-type': 'text/plain; charset=utf-8' });
      return respond(202, JSON.stringify({ id: receipt.event_id }), { 'content-type': 'application/json' });
    } catch (error) {
      const rejection =
        error instanceof Rejection ? error : new Rejection(500, 'internal', 'The service failed.', error);
      const { status, reason, cause } = rejection;
      const [level, outcome] = status < 500 ? ['WARN', 'refused'] : ['ERROR', 'failed'];
      log({ level, outcome, status, reason, detail: describe(cause) });
      return problem(rejection, requestId);
    }
  };
}

// The names only: a message may quote what was being read.
const describe = (cause) => cause && [cause.name, cause.code].filter(Boolean).join(' ');

// A problem (RFC 9457) with the request's id.
function problem({ status, message }, requestId) {
  const body = { title: STATUS_CODES[status], status, detail: message, request_id: requestId };
  const headers = { 'content-type': 'application/problem+json' };
  if (status === 503) headers['retry-after'] = '10';
  return respond(status, JSON.stringify(body), headers);
}

const respond = (statusCode, body, headers) => ({ statusCode, headers, body, isBase64Encoded: false });
