// Tests of the whole handler with a fake queue, bucket and secret store. They need no network and no npm package.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { readConfig } from '../src/config.js';
import { createHandler } from '../src/ingest.js';
import { isSigned, readSignature } from '../src/signature.js';

const SECRET = "It's a Secret to Everybody";
const DELIVERY_ID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const config = readConfig({
  HOOKLINE_SOURCES: '{"github":{"sender":"github"}}',
  HOOKLINE_PREFIX: 'hookline-test',
  HOOKLINE_QUEUE_URL: 'https://sqs.test/intake',
  HOOKLINE_PAYLOAD_BUCKET: 'payloads',
  HOOKLINE_MAX_MESSAGE_BYTES: '4096',
  HOOKLINE_SECRET_TTL_SECONDS: '300',
  HOOKLINE_SECRET_REFRESH_SECONDS: '30',
});
const context = { getRemainingTimeInMillis: () => 10_000 };

let aws, handler, lines, lookups, messages, objects, secrets;

beforeEach(() => {
  [lines, lookups, messages, objects] = [[], [], [], []];
  secrets = { AWSCURRENT: SECRET };
  aws = {
    getSecret: async (name, stage) => {
      lookups.push(`${name} ${stage}`);
      return secrets[stage] && Buffer.from(secrets[stage]);
    },
    putObject: async (bucket, key, body) => objects.push({ uri: `s3://${bucket}/${key}`, body }),
    sendMessage: async (_url, message) => messages.push(JSON.parse(message)),
  };
  handler = createHandler(config, aws, (line) => lines.push(JSON.parse(line)));
});

function githubRequest(body, { eventName = 'push', secret = SECRET, source = 'github', headers = {} } = {}) {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return {
    resource: `/webhooks/${source}`,
    httpMethod: 'POST',
    multiValueHeaders: {
      'Content-Type': ['application/json'],
      'X-GitHub-Event': [eventName],
      'X-GitHub-Delivery': [DELIVERY_ID],
      'X-Hub-Signature-256': [signature],
      ...headers,
    },
    requestContext: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef' },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}

const status = async (event) => (await handler(event, context)).statusCode;

test('accepts GitHub\'s published signature', () => {
  const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const signature = readSignature(new Map([['x-hub-signature-256', [`sha256=${digest}`]]]));
  assert.ok(isSigned(signature, 'Hello, World!', [SECRET]));
  assert.ok(!isSigned(signature, 'Hello, World?', [SECRET]));
});

test('signed push is queued in the format of functions/ingest', async () => {
  const response = await handler(githubRequest('{"ref":"refs/heads/main"}'), context);
  assert.deepEqual([response.statusCode, response.body], [202, JSON.stringify({ id: DELIVERY_ID })]);
  const [{ time, ...message }] = messages;
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(message, {
    specversion: '1.0',
    id: DELIVERY_ID,
    source: '/webhooks/github',
    type: 'github.push',
    datacontenttype: 'application/json',
    dedupkey: '0ed879808ee265890ac0cd948dd2a90ffd91a9f0afa5451057ad77e57b0dea8f',
    data_base64: 'eyJyZWYiOiJyZWZzL2hlYWRzL21haW4ifQ==',
  });
  assert.deepEqual(Object.keys(lines[0]).sort(), [
    'duration_ms', 'event_id', 'level', 'outcome', 'request_id', 'source', 'type',
  ]);
});

test('each rejection has its status', async () => {
  const duplicateSignature = { 'x-hub-signature-256': ['sha256=00'] };
  assert.equal(await status(githubRequest('{}', { secret: 'another' })), 401);
  assert.equal(await status(githubRequest('{}', { headers: { 'X-Hub-Signature-256': [] } })), 401);
  assert.equal(await status(githubRequest('{}', { headers: duplicateSignature })), 401);
  assert.equal(await status(githubRequest('{}', { source: 'constructor' })), 404);
  assert.equal(await status(githubRequest('{')), 400);
  assert.equal(await status(githubRequest('')), 400);
  assert.equal(await status(githubRequest('x'.repeat(5_000_000))), 413);
  assert.equal(await status(githubRequest('{}', { headers: { 'Content-Type': ['text/html'] } })), 415);
  assert.equal(await status(githubRequest('{}', { headers: { 'Content-Encoding': ['gzip'] } })), 415);
  assert.deepEqual(messages, []);
});

test('ping returns 200 and is not queued', async () => {
  const response = await handler(githubRequest('{}', { eventName: 'ping' }), context);
  assert.deepEqual([response.statusCode, response.body, messages], [200, 'pong', []]);
});

test('large body is offloaded and the message has its dataref', async () => {
  const body = JSON.stringify('x'.repeat(4000));
  assert.equal(await status(githubRequest(body)), 202);
  assert.equal(objects[0].body.toString(), body);
  assert.equal(messages[0].dataref, objects[0].uri);
  assert.equal(messages[0].data_base64, undefined);
});

const CURRENT = 'hookline-test/sources/github AWSCURRENT';
const PREVIOUS = 'hookline-test/sources/github AWSPREVIOUS';

test('rotated secret is looked up again', async () => {
  assert.equal(await status(githubRequest('{}')), 202);
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  assert.equal(await status(githubRequest('{}', { secret: 'new' })), 202);
  assert.equal(await status(githubRequest('{}')), 202);
  assert.equal(await status(githubRequest('{}', { secret: 'another' })), 401);
  assert.deepEqual(lookups, [CURRENT, CURRENT, PREVIOUS], 'the new secret causes two lookups, then none is due');
});

test('previous secret is looked up when needed and expires with the current one', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  for (let i = 0; i < 3; i++) assert.equal(await status(githubRequest('{}', { secret: 'new' })), 202);
  assert.deepEqual(lookups, [CURRENT]);
  for (let i = 0; i < 3; i++) assert.equal(await status(githubRequest('{}')), 202);
  assert.deepEqual(lookups.splice(0), [CURRENT, CURRENT, PREVIOUS]);
  t.mock.timers.tick(300_000);
  for (let i = 0; i < 3; i++) assert.equal(await status(githubRequest('{}', { secret: 'new' })), 202);
  assert.deepEqual(lookups.splice(0), [CURRENT]);
  assert.equal(await status(githubRequest('{}')), 202);
  assert.deepEqual(lookups, [CURRENT, PREVIOUS]);
});

test('wrong signatures cause one lookup per thirty seconds', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const sendWrongSignatures = async () => {
    for (let i = 0; i < 10; i++) assert.equal(await status(githubRequest('{}', { secret: 'another' })), 401);
    return lookups.splice(0);
  };
  assert.deepEqual(await sendWrongSignatures(), [CURRENT, CURRENT, PREVIOUS]);
  t.mock.timers.tick(29_999);
  assert.deepEqual(await sendWrongSignatures(), []);
  t.mock.timers.tick(1);
  assert.deepEqual(await sendWrongSignatures(), [CURRENT, PREVIOUS]);
});

test('mismatch returns 503 while the previous secret is unknown', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const { getSecret } = aws;
  aws.getSecret = async (name, stage, signal) => {
    const value = await getSecret(name, stage);
    // Longer than the timeout, which aborts the lookup.
    if (stage === 'AWSPREVIOUS') await setTimeout(8000, undefined, { signal });
    return value;
  };
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  const startedAt = performance.now();
  for (let i = 0; i < 3; i++) {
    assert.equal(await status(githubRequest('{}')), 503);
    assert.equal(await status(githubRequest('{}', { secret: 'new' })), 202);
  }
  assert.ok(performance.now() - startedAt < 2000, 'only one request waits, for one second');
  assert.deepEqual([lines[0].reason, lines[2].reason], ['secret_unavailable', 'secret_unavailable']);
  assert.deepEqual(lookups.splice(0), [CURRENT, CURRENT, PREVIOUS]);
  aws.getSecret = getSecret;
  t.mock.timers.tick(1999);
  assert.equal(await status(githubRequest('{}')), 503);
  assert.deepEqual(lookups, []);
  t.mock.timers.tick(1);
  assert.equal(await status(githubRequest('{}')), 202);
  assert.equal(await status(githubRequest('{}', { secret: 'another' })), 401);
  assert.deepEqual(lookups, [CURRENT, PREVIOUS]);
});

test('rotated secret is accepted when the previous secret is unavailable', async () => {
  assert.equal(await status(githubRequest('{}')), 202);
  const { getSecret } = aws;
  const broken = async () => {
    throw new Error('unavailable');
  };
  aws.getSecret = (name, stage) => (stage === 'AWSPREVIOUS' ? broken() : getSecret(name, stage));
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  assert.equal(await status(githubRequest('{}', { secret: 'new' })), 202);
  assert.equal(await status(githubRequest('{}')), 503);
});

test('unavailable secret store is not called for each wrong signature', async () => {
  assert.equal(await status(githubRequest('{}')), 202);
  let calls = 0;
  aws.getSecret = async () => {
    calls++;
    throw new Error('unavailable');
  };
  for (let i = 0; i < 3; i++) assert.equal(await status(githubRequest('{}', { secret: 'another' })), 503);
  assert.equal(await status(githubRequest('{}')), 202);
  assert.equal(calls, 1);
});

test('failing service returns 503 and its message is not logged', async () => {
  aws.sendMessage = async () => {
    throw Object.assign(new Error('the body was {}'), { name: 'InternalError' });
  };
  const response = await handler(githubRequest('{}'), context);
  assert.deepEqual([response.statusCode, response.headers['retry-after']], [503, '10']);
  assert.deepEqual([lines[0].reason, lines[0].detail], ['queue_unavailable', 'InternalError']);
  secrets = {};
  const newHandler = createHandler(config, aws, () => {});
  assert.equal((await newHandler(githubRequest('{}'), context)).statusCode, 503);
});
