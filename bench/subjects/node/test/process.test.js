// Tests of the whole handler with fake queues, a fake table of claims and a destination on the loopback interface. They
// need no npm package.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import { createHandler } from '../src/process/batch.js';
import { readConfig } from '../src/process/config.js';
import { createSsrfGuard } from '../src/process/ssrf_guard.js';

const KEY = '0ed879808ee265890ac0cd948dd2a90ffd91a9f0afa5451057ad77e57b0dea8f';
const TRACE_AND_PARENT_ID = '5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8';
const EVENT = {
  specversion: '1.0',
  id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  source: '/webhooks/github',
  type: 'github.push',
  time: '2026-11-25T06:00:00.000Z',
  datacontenttype: 'application/json',
  dedupkey: KEY,
  data_base64: 'eyJyZWYiOiJyZWZzL2hlYWRzL21haW4ifQ==',
};
const context = { awsRequestId: 'r1', getRemainingTimeInMillis: () => 30_000 };

let aws, calls, claims, deadLetters, environment, lines, requests, respond, server;

before(async () => {
  server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    requests.push({ method: request.method, url: request.url, headers: request.headers, body });
    respond(response, request);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});

after(() => server.close());

beforeEach(() => {
  [calls, deadLetters, lines, requests] = [[], [], [], []];
  respond = (response) => response.end('thanks');
  claims = new Map();
  const sink = { kind: 'http', url: `http://127.0.0.1:${server.address().port}/sink?a=b`, timeout_ms: 300 };
  environment = {
    HOOKLINE_ROUTES: '{"github":{"destinations":["sink"]}}',
    HOOKLINE_DESTINATIONS: JSON.stringify({ sink: { ...sink, headers: { 'x-custom': '1' } }, other: sink }),
    HOOKLINE_PRIVATE_NETWORKS: '["127.0.0.1/32"]',
    HOOKLINE_QUEUE_URL: 'https://sqs.test/intake',
    HOOKLINE_DLQ_URL: 'https://sqs.test/dlq',
    HOOKLINE_MAX_RECEIVE_COUNT: '5',
    HOOKLINE_RETRY: '{"base_seconds":10,"max_seconds":900}',
    HOOKLINE_IDEMPOTENCY_TABLE: 'claims',
    HOOKLINE_IDEMPOTENCY_SECONDS: '3600',
  };
  aws = {
    claims: {
      claim: async ({ key, owner, leaseUntil }) => {
        calls.push('claim');
        if (claims.has(key)) return claims.get(key);
        claims.set(key, { state: 'leased', owner, leaseUntil });
      },
      complete: async ({ key }) => calls.push('complete') && claims.set(key, { state: 'done' }),
      release: async ({ key }) => calls.push('release') && claims.delete(key),
    },
    changeVisibility: async (_url, handle, seconds) => calls.push(`${handle} in ${seconds}`),
    sendDeadLetter: async (_url, body, attributes) => deadLetters.push({ body, ...attributes }),
  };
});

const message = (event = {}, receives = 1, attributes = {}) => ({
  messageId: `m-${event.dedupkey ?? KEY}`.slice(0, 6),
  receiptHandle: 'handle',
  body: typeof event === 'string' ? event : JSON.stringify({ ...EVENT, ...event }),
  attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: '1795586400000', ...attributes },
});

async function failedIds(...Records) {
  const handler = createHandler(readConfig(environment), aws, (line) => lines.push(JSON.parse(line)));
  const { batchItemFailures } = await handler({ Records }, context);
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

test('event is claimed, posted in the format of functions/process, and recorded as done', async () => {
  const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0';
  assert.deepEqual(await failedIds(message({}, 1, { AWSTraceHeader: header })), []);
  const [{ method, url, headers, body }] = requests;
  const { connection, host, ...rest } = headers;
  assert.deepEqual([method, url, body], ['POST', '/sink?a=b', '{"ref":"refs/heads/main"}']);
  assert.deepEqual(rest, {
    'user-agent': 'hookline',
    'x-custom': '1',
    'ce-specversion': '1.0',
    'ce-id': EVENT.id,
    'ce-source': '/webhooks/github',
    'ce-type': 'github.push',
    'ce-time': EVENT.time,
    'ce-dedupkey': KEY,
    'content-type': 'application/json',
    'content-length': '25',
    traceparent: `00-${TRACE_AND_PARENT_ID}-00`,
  });
  assert.deepEqual(calls, ['claim', 'complete']);
  assert.deepEqual([...claims.keys()], [`${KEY}#sink`]);
  const [{ duration_ms, age_ms, ...line }] = lines;
  assert.deepEqual(line, {
    level: 'INFO',
    outcome: 'delivered',
    request_id: 'r1',
    event_id: EVENT.id,
    source: 'github',
    type: 'github.push',
    attempt: 1,
    destination: 'sink',
    kind: 'http',
  });
});

test('duplicate is not posted and a leased delivery is retried', async () => {
  await failedIds(message());
  assert.deepEqual(await failedIds(message()), []);
  assert.deepEqual([requests.length, lines[1].outcome], [1, 'already_delivered']);
  const leaseUntil = Math.floor(Date.now() / 1000) + 60;
  claims.set(`${KEY}#sink`, { state: 'leased', owner: 'another', leaseUntil });
  assert.deepEqual(await failedIds(message()), ['m-0ed8']);
  assert.equal(lines[2].reason, 'in_progress');
  assert.ok(lines[2].retry_in_seconds > 58 && lines[2].retry_in_seconds <= 61);
});

test('only the failed message is retried and its claim is released', async () => {
  respond = (response, { headers }) => response.writeHead(headers['ce-id'] === 'bad' ? 503 : 200).end();
  const failed = await failedIds(message({ dedupkey: 'good' }), message({ id: 'bad', dedupkey: 'late' }));
  assert.deepEqual(failed, ['m-late']);
  assert.ok(calls.includes('release') && calls.includes('complete'));
  const { reason, retry_in_seconds } = lines.find(({ level }) => level === 'WARN');
  assert.ok(reason === 'http_503' && retry_in_seconds <= 10);
  assert.ok(calls.includes(`handle in ${retry_in_seconds}`));
  assert.deepEqual(deadLetters, []);
});

test('permanent failure is dead-lettered with its reason', async () => {
  respond = (response) => response.writeHead(302, { location: '/other' }).end();
  assert.deepEqual(await failedIds(message({}, 2)), []);
  assert.deepEqual(deadLetters, [
    { body: message().body, reason: 'http_302', destination: 'sink', attempts: '2', first_seen: '1795586400000' },
  ]);
  assert.equal(requests.length, 1, 'the redirect is not followed');
  const unreadable = ['not an event', { data_base64: '!!!!' }, { specversion: '2.0' }, { id: 'a\nb' }];
  const unreadableMessages = unreadable.map((event) => message(event));
  assert.deepEqual(await failedIds(...unreadableMessages, message({ source: '/webhooks/other' })), []);
  const reasons = deadLetters.slice(1).map(({ reason }) => reason).sort();
  assert.deepEqual(reasons, ['no_route', ...Array(4).fill('unreadable_event')]);
});

test('last receive is dead-lettered, and retried when the dead-letter queue is unavailable', async () => {
  respond = (response) => response.writeHead(500).end();
  assert.deepEqual(await failedIds(message({}, 5)), []);
  assert.deepEqual([deadLetters[0].reason, lines[0].outcome], ['http_500', 'dead_lettered']);
  aws.sendDeadLetter = async () => {
    throw Object.assign(new Error('the body was {}'), { name: 'InternalError' });
  };
  assert.deepEqual(await failedIds(message({}, 5)), ['m-0ed8']);
  assert.deepEqual([lines[1].outcome, lines[1].detail], ['dlq_unavailable', 'InternalError']);
});

test('Retry-After is respected; timeouts and broken connections are retried', async () => {
  respond = (response) => response.writeHead(429, { 'retry-after': '120' }).end();
  await failedIds(message());
  respond = (response) => response.writeHead(503, { 'retry-after': new Date(Date.now() + 61_000).toUTCString() }).end();
  await failedIds(message());
  respond = (response) => response.writeHead(503, { 'retry-after': '86400' }).end();
  await failedIds(message());
  assert.deepEqual([lines[0].retry_in_seconds, lines[2].retry_in_seconds], [120, 900]);
  assert.ok(lines[1].retry_in_seconds >= 59);
  respond = () => {};
  await failedIds(message());
  respond = (response) => response.destroy();
  await failedIds(message());
  environment.HOOKLINE_DESTINATIONS = '{"sink":{"kind":"http","url":"http://127.0.0.1:1/","timeout_ms":300}}';
  await failedIds(message());
  assert.deepEqual(lines.slice(3).map(({ reason }) => reason), ['timeout', 'request_failed', 'connection_failed']);
});

test('response with an endless body counts as delivered', async () => {
  respond = (response) => response.write('x'.repeat(100));
  assert.deepEqual(await failedIds(message()), []);
  respond = (response) => response.write('x'.repeat(100_000));
  assert.deepEqual(await failedIds(message({ dedupkey: 'c' })), []);
});

test('connections are reused', async () => {
  const ports = new Set();
  respond = (response, { socket }) => response.end(String(ports.add(socket.remotePort).size));
  for (const dedupkey of ['a', 'b', 'c']) await failedIds(message({ dedupkey }));
  assert.ok(requests.length === 3 && ports.size === 1);
});

test('routes match source and type, each destination once', async () => {
  environment.HOOKLINE_ROUTES = JSON.stringify({
    github: { types: ['github.pu*', 'x'], destinations: ['sink'] },
    second: { source: 'github', destinations: ['sink', 'other'] },
    third: { source: 'events', types: ['a.b'], destinations: ['other'] },
  });
  const [push, pull] = [message({ dedupkey: 'a' }), message({ dedupkey: 'b', type: 'github_pull' })];
  await failedIds(push, pull, message({ source: '/events', type: 'aXb' }));
  assert.deepEqual(lines.map(({ outcome, type, destination }) => `${outcome} ${type} ${destination}`).sort(), [
    'delivered github.push other',
    'delivered github.push sink',
    'delivered github_pull other',
    'delivered github_pull sink',
    'filtered aXb undefined',
  ]);
  assert.equal(requests.length, 4);
});

test('unavailable table delivers nothing; without a table every event is delivered', async () => {
  const unavailable = async () => {
    throw new Error('unavailable');
  };
  aws.claims.claim = unavailable;
  assert.deepEqual(await failedIds(message()), ['m-0ed8']);
  const [claimLine, attemptLine] = lines;
  assert.deepEqual([requests.length, claimLine.outcome], [0, 'claim_failed']);
  assert.equal(attemptLine.reason, 'idempotency_unavailable');
  delete aws.claims;
  delete environment.HOOKLINE_IDEMPOTENCY_TABLE;
  await failedIds(message());
  await failedIds(message());
  assert.equal(requests.length, 2);
});

test('event after the deadline is neither delivered nor acknowledged', async () => {
  const handler = createHandler(readConfig(environment), aws, () => {});
  const lateContext = { getRemainingTimeInMillis: () => 5000 };
  const { batchItemFailures } = await handler({ Records: [message()] }, lateContext);
  assert.deepEqual([batchItemFailures.length, requests, calls], [1, [], []]);
});

test('accepts only https, or http to listed addresses', () => {
  const withUrl = (url, settings) => {
    const destinations = JSON.stringify({ sink: { kind: 'http', url, timeout_ms: 1, ...settings } });
    return () => readConfig({ ...environment, HOOKLINE_DESTINATIONS: destinations });
  };
  for (const url of ['http://example.com/', 'http://127.0.0.2/', 'ftp://127.0.0.1/', 'not a URL']) {
    assert.throws(withUrl(url), url);
  }
  assert.throws(withUrl('https://example.com/', { signed: true }));
  assert.throws(withUrl('https://example.com/', { headers: { 'CE-Id': '1' } }));
  assert.throws(withUrl('https://example.com/', { kind: 'slack' }));
  withUrl('https://example.com/')();
});

test('private addresses are blocked, also by name', async () => {
  const guard = createSsrfGuard(['10.1.0.0/16']);
  const allowed = ['8.8.8.8', '172.32.0.1', '10.1.2.3', '2606:4700::1111'];
  const blocked = ['10.2.0.1', '127.0.0.1', '169.254.169.254', '255.255.255.255', '::1', 'fd00:ec2::254', 'fe80::1'];
  const embedded = ['::ffff:127.0.0.1', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1', '2001:db8::1'];
  assert.deepEqual([...allowed, ...blocked, ...embedded].filter(guard.isAllowed), allowed);
  environment.HOOKLINE_DESTINATIONS = JSON.stringify({
    sink: { kind: 'http', url: 'https://localhost/', timeout_ms: 1000 },
    other: { kind: 'http', url: 'https://169.254.169.254/', timeout_ms: 1000 },
  });
  environment.HOOKLINE_PRIVATE_NETWORKS = '[]';
  environment.HOOKLINE_ROUTES = '{"github":{"destinations":["sink","other"]}}';
  await failedIds(message());
  assert.deepEqual(deadLetters.map(({ reason }) => reason), ['blocked_address', 'blocked_address']);
});
