// The same process as functions/process, for unsigned HTTP only: a batch of messages in, the identifiers of those that
// failed out. It leaves out, in Node's favour, what a destination does not see: metrics and segments; and filters,
// payloads in the bucket, signatures and other kinds of destination.

import { readEvent } from './event.js';
import { Failure, describe } from './failure.js';
import { once } from './once.js';

// Left of the function's time, after all deliveries, for two calls: to the idempotency table and to a queue.
const RESERVE_MS = 5400;

// With their names all attributes stay within what ingest leaves free of a message.
const MAX_ATTRIBUTE = 200;

// `aws` is what index.js makes of the clients, or what a test puts in their place; it has no `claims` without a table.
export function createHandler(config, aws, write = (line) => process.stdout.write(line)) {
  // Each message alone and at the same time as the others.
  return async function handler(batch, context) {
    const deadline = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
    const handled = batch.Records.map((record) => isDone(record, deadline, context.awsRequestId));
    const done = await Promise.all(handled);
    const failed = batch.Records.filter((_, index) => !done[index]);
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
  };

  // Whether the queue may forget the message. Nothing that goes wrong with one concerns another.
  async function isDone(record, deadline, request_id) {
    const message = {
      record,
      deadline,
      receives: Number(record.attributes.ApproximateReceiveCount) || 1,
      // One line a delivery. console.log is not used: on Lambda it puts words of its own before the JSON.
      log: (level, outcome, fields) => write(`${JSON.stringify({ level, outcome, request_id, ...fields })}\n`),
    };
    try {
      return await handle(message);
    } catch (error) {
      message.log('ERROR', 'failed', { reason: 'internal', detail: describe(error) });
      return false;
    }
  }

  async function handle(message) {
    // Out of time: the queue's own visibility timeout brings it again.
    if (message.deadline <= Date.now()) {
      message.log('WARN', 'out_of_time');
      return false;
    }
    const attempts = await attemptAll(message);
    const delay = retryIn(message, attempts);
    for (const attempt of attempts) tell(message, attempt, delay);
    if (delay !== undefined) return retry(message, delay);
    const confirmed = await Promise.all(attempts.filter(({ failure }) => failure).map((it) => deadLetter(message, it)));
    return confirmed.every(Boolean);
  }

  // One attempt at each destination, all at once. What comes to none is a permanent failure: it was accepted, so it is
  // never dropped. What the routes of its source do not want has no destination.
  async function attemptAll(message) {
    let event;
    try {
      event = readEvent(message.record);
    } catch (failure) {
      return [{ failure, kind: 'none', duration_ms: 0 }];
    }
    message.event = event;
    const routes = config.routes.filter(({ source }) => source === event.sourceName);
    if (routes.length === 0) return [{ failure: new Failure('no_route'), kind: 'none', duration_ms: 0 }];
    const matching = routes.filter(({ types }) => types.length === 0 || types.some((it) => it.test(event.type)));
    const names = new Set(matching.flatMap(({ destinations }) => destinations));
    if (names.size === 0) message.log('INFO', 'filtered_out', about(message));
    return Promise.all([...names].map((destination) => attempt(message, destination)));
  }

  async function attempt(message, destination) {
    const { event, deadline } = message;
    const started = performance.now();
    const deliver = (time) => config.destinations.get(destination)(event, Math.max(0, time));
    const ended = (result) => ({ ...result, destination, kind: 'http', duration_ms: since(started) });
    try {
      const time = deadline - Date.now();
      if (!aws.claims) return ended({ outcome: await deliver(time).then(() => 'delivered') });
      const warn = (outcome, cause) =>
        message.log('WARN', outcome, { ...about(message), destination, detail: describe(cause) });
      const key = `${event.key}#${destination}`;
      return ended({ outcome: await once(aws.claims, config.idempotency.seconds, key, time, deliver, warn) });
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      return ended({ failure });
    }
  }

  // Seconds until the next attempt, if one can help and the queue has a receive left for it: exponential, with full
  // jitter. A destination can ask for more than our own wait, never for less.
  function retryIn({ receives }, attempts) {
    const passing = attempts.filter(({ failure }) => failure?.passes);
    if (passing.length === 0 || receives >= config.maxReceiveCount) return undefined;
    const longest = Math.min(config.retryBaseSeconds * 2 ** (receives - 1), config.retryMaxSeconds);
    const jittered = Math.floor(Math.random() * (longest + 1));
    const asked = passing.map(({ failure }) => failure.retryAfter ?? 0);
    return Math.min(Math.max(jittered, ...asked), config.retryMaxSeconds);
  }

  async function retry(message, seconds) {
    try {
      await aws.changeVisibility(config.queueUrl, message.record.receiptHandle, seconds);
    } catch (cause) {
      // It comes again all the same, when the queue's own visibility timeout is over.
      message.log('WARN', 'retry_not_scheduled', { ...about(message), detail: describe(cause) });
    }
    return false;
  }

  // Acknowledges only what the dead-letter queue has confirmed.
  async function deadLetter(message, { failure, destination, kind, duration_ms }) {
    const { reason } = failure;
    const first_seen = message.record.attributes.SentTimestamp;
    const attributes = { reason, destination, attempts: String(message.receives), first_seen };
    // The queue takes no empty value.
    const told = Object.entries(attributes).filter(([, value]) => value);
    const short = Object.fromEntries(told.map(([name, value]) => [name, value.slice(0, MAX_ATTRIBUTE)]));
    const fields = { ...about(message), destination, kind, reason, duration_ms };
    try {
      await aws.sendDeadLetter(config.dlqUrl, message.record.body, short);
      message.log('ERROR', 'dead_lettered', { ...fields, detail: describe(failure.cause) });
      return true;
    } catch (cause) {
      message.log('ERROR', 'not_dead_lettered', { ...fields, detail: describe(cause) });
      return false;
    }
  }
}

// One line for each destination; of what is given up the dead letter's line tells.
function tell(message, { outcome, failure, destination, kind, duration_ms }, retry_in_seconds) {
  const fields = { ...about(message), destination, kind, duration_ms };
  if (!failure) {
    const age_ms = outcome === 'delivered' ? Date.now() - Date.parse(message.event.time) : undefined;
    message.log('INFO', outcome, { ...fields, age_ms });
  } else if (retry_in_seconds !== undefined) {
    message.log('WARN', 'failed', { ...fields, reason: failure.reason, retry_in_seconds });
  }
}

const about = ({ event, receives }) => ({
  event_id: event?.id,
  source: event?.sourceName,
  type: event?.type,
  attempt: receives,
});

const since = (started) => Math.round((performance.now() - started) * 1e3) / 1e3;
