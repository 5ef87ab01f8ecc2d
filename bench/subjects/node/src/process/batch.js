// The same work as functions/process, for unsigned HTTP destinations only. Receives a batch of messages and returns the
// identifiers of those that failed. It omits, in Node's favour, what a destination cannot observe (metrics and trace
// segments), and also filters, offloaded payloads, signatures and other kinds of destination.

import { DeliveryError, errorName } from './delivery_error.js';
import { parseEvent } from './event.js';
import { deliverOnce } from './idempotency.js';

// Part of the function's time that is reserved after all deliveries, for two calls: to the idempotency table and to a
// queue.
const RESERVE_MS = 5400;

// Longest value of a DLQ message's attribute. All attributes with their names have to fit into the bytes that ingest
// reserves in each message.
const MAX_ATTRIBUTE_LENGTH = 200;

// `aws` has the calls to AWS: index.js makes them with the SDK's clients, tests pass fakes. `aws.claims` is undefined
// without an idempotency table.
export function createHandler(config, aws, write = (line) => process.stdout.write(line)) {
  // Processes all messages concurrently.
  return async function handler(batch, context) {
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
    const results = batch.Records.map((record) => isAcknowledged(record, deadline, context.awsRequestId));
    const acknowledged = await Promise.all(results);
    const failed = batch.Records.filter((_, index) => !acknowledged[index]);
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
  };

  // Processes one record. Returns whether SQS may delete its message. An error does not affect other records.
  async function isAcknowledged(record, deadline, request_id) {
    const message = {
      record,
      deadline,
      receives: Number(record.attributes.ApproximateReceiveCount) || 1,
      // Writes one line per delivery. It does not use console.log, which on Lambda writes a prefix before the JSON.
      log: (level, outcome, fields) => write(`${JSON.stringify({ level, outcome, request_id, ...fields })}\n`),
    };
    try {
      return await processMessage(message);
    } catch (error) {
      message.log('ERROR', 'retried', { reason: 'internal', detail: errorName(error) });
      return false;
    }
  }

  async function processMessage(message) {
    // After the deadline, SQS redelivers the message when its visibility timeout ends.
    if (message.deadline <= Date.now()) {
      message.log('WARN', 'deadline_exceeded');
      return false;
    }
    const attempts = await attemptAll(message);
    const delay = retryDelay(message, attempts);
    for (const attempt of attempts) logAttempt(message, attempt, delay);
    if (delay !== undefined) return retry(message, delay);
    const failedAttempts = attempts.filter(({ error }) => error);
    const confirmed = await Promise.all(failedAttempts.map((attempt) => deadLetter(message, attempt)));
    return confirmed.every(Boolean);
  }

  // Makes one attempt at each destination, concurrently. An event without a route is a permanent failure: Hookline has
  // accepted it, so it is never dropped. An event that all routes of its source exclude has no destination.
  async function attemptAll(message) {
    let event;
    try {
      event = parseEvent(message.record);
    } catch (error) {
      return [{ error, kind: 'none', duration_ms: 0 }];
    }
    message.event = event;
    const routes = config.routes.filter(({ source }) => source === event.sourceName);
    if (routes.length === 0) return [{ error: new DeliveryError('no_route'), kind: 'none', duration_ms: 0 }];
    const matches = ({ types }) => types.length === 0 || types.some((pattern) => pattern.test(event.type));
    const names = new Set(routes.filter(matches).flatMap(({ destinations }) => destinations));
    if (names.size === 0) message.log('INFO', 'filtered', eventFields(message));
    return Promise.all([...names].map((destination) => attempt(message, destination)));
  }

  async function attempt(message, destination) {
    const { event, deadline } = message;
    const startedAt = performance.now();
    const deliver = (timeMs) => config.destinations.get(destination)(event, Math.max(0, timeMs));
    const ended = (result) => ({ ...result, destination, kind: 'http', duration_ms: millisecondsSince(startedAt) });
    try {
      const timeMs = deadline - Date.now();
      if (!aws.claims) return ended({ outcome: await deliver(timeMs).then(() => 'delivered') });
      const warn = (outcome, cause) =>
        message.log('WARN', outcome, { ...eventFields(message), destination, detail: errorName(cause) });
      const key = `${event.key}#${destination}`;
      const windowSeconds = config.idempotency.seconds;
      return ended({ outcome: await deliverOnce(aws.claims, windowSeconds, key, timeMs, deliver, warn) });
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      return ended({ error });
    }
  }

  // Returns the seconds until the next attempt, or undefined if no failure is retryable or this was the last receive.
  // The delay is exponential with full jitter. A destination can request a longer delay, but not a shorter one.
  function retryDelay({ receives }, attempts) {
    const retryable = attempts.filter(({ error }) => error?.isRetryable);
    if (retryable.length === 0 || receives >= config.maxReceiveCount) return undefined;
    const longest = Math.min(config.retryBaseSeconds * 2 ** (receives - 1), config.retryMaxSeconds);
    const jittered = Math.floor(Math.random() * (longest + 1));
    const requested = retryable.map(({ error }) => error.retryAfter ?? 0);
    return Math.min(Math.max(jittered, ...requested), config.retryMaxSeconds);
  }

  async function retry(message, seconds) {
    try {
      await aws.changeVisibility(config.queueUrl, message.record.receiptHandle, seconds);
    } catch (cause) {
      // SQS redelivers the message anyway, when its current visibility timeout ends.
      message.log('WARN', 'retry_not_scheduled', { ...eventFields(message), detail: errorName(cause) });
    }
    return false;
  }

  // Returns whether the dead-letter queue has confirmed the message: only then SQS may delete the original.
  async function deadLetter(message, { error, destination, kind, duration_ms }) {
    const { reason } = error;
    const first_seen = message.record.attributes.SentTimestamp;
    const values = { reason, destination, attempts: String(message.receives), first_seen };
    // SQS rejects empty attribute values.
    const present = Object.entries(values).filter(([, value]) => value);
    const truncated = present.map(([name, value]) => [name, value.slice(0, MAX_ATTRIBUTE_LENGTH)]);
    const fields = { ...eventFields(message), destination, kind, reason, duration_ms };
    try {
      await aws.sendDeadLetter(config.dlqUrl, message.record.body, Object.fromEntries(truncated));
      message.log('ERROR', 'dead_lettered', { ...fields, detail: errorName(error.cause) });
      return true;
    } catch (cause) {
      message.log('ERROR', 'dlq_unavailable', { ...fields, detail: errorName(cause) });
      return false;
    }
  }
}

// Writes one line per destination. For a permanent failure, `deadLetter` writes the line instead.
function logAttempt(message, { outcome, error, destination, kind, duration_ms }, retry_in_seconds) {
  const fields = { ...eventFields(message), destination, kind, duration_ms };
  if (!error) {
    const age_ms = outcome === 'delivered' ? Date.now() - Date.parse(message.event.time) : undefined;
    message.log('INFO', outcome, { ...fields, age_ms });
  } else if (retry_in_seconds !== undefined) {
    message.log('WARN', 'retried', { ...fields, reason: error.reason, retry_in_seconds });
  }
}

const eventFields = ({ event, receives }) => ({
  event_id: event?.id,
  source: event?.sourceName,
  type: event?.type,
  attempt: receives,
});

const millisecondsSince = (startedAt) => Math.round((performance.now() - startedAt) * 1e3) / 1e3;
