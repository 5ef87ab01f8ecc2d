// The whole handler, with a queue, a bucket and a secret store that are scripted: no network, no package.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { beforeEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { readConfig } from '../src/config.js';
import { createHandler } from '../src/ingest.js';
import { isSigned, readSignature } from '../src/signature.js';

const SECRET = "It's a Secret to Everybody";
const DELIVERY = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const config = readConfig({
  HOOKLINE_SOURCES: '{"github":{"scheme":"github"}}',
  HOOKLINE_PREFIX: 'hookline-test',
  HOOKLINE_QUEUE_URL: 'https://sqs.test/intake',
  HOOKLINE_PAYLOAD_BUCKET: 'payloads',
  HOOKLINE_MAX_MESSAGE_BYTES: '4096',
  HOOKLINE_SECRET_TTL_SECONDS: '300',
  HOOKLINE_SECRET_REFRESH_SECONDS: '30',
});
const context = { getRemainingTimeInMillis: () => 10_000 };

let aws, handler, lines, looks, messages, objects, secrets;

beforeEach(() => {
  [lines, looks, messages, objects] = [[], [], [], []];
  secrets = { AWSCURRENT: SECRET };
  aws = {
    getSecret: async (name, stage) => {
      looks.push(`${name} ${stage}`);
      return secrets[stage] && Buffer.from(secrets[stage]);
    },
    putObject: async (bucket, key, body) => objects.push({ uri: `s3://${bucket}/${key}`, body }),
    sendMessage: async (_url, message) => messages.push(JSON.parse(message)),
  };
  handler = createHandler(config, aws, (line) => lines.push(JSON.parse(line)));
});

function github(body, { kind = 'push', secret = SECRET, source = 'github', headers = {} } = {}) {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return {
    resource: '/webhooks/{source}',
    httpMethod: 'POST',
    pathParameters: { source },
    multiValueHeaders: {
      'Content-Type': ['application/json'],
      'X-GitHub-Event': [kind],
      'X-GitHub-Delivery': [DELIVERY],
      'X-Hub-Signature-256': [signature],
      ...headers,
    },
    requestContext: { requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef' },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}

const status = async (event) => (await handler(event, context)).statusCode;

test('GitHub\'s published signature holds', () => {
  const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const signature = readSignature(new Map([['x-hub-signature-256', [`sha256=${digest}`]]]));
  assert.ok(isSigned(signature, 'Hello, World!', [SECRET]));
  assert.ok(!isSigned(signature, 'Hello, World?', [SECRET]));
});

test('a signed push is queued as functions/ingest queues it', async () => {
  const answer = await handler(github('{"ref":"refs/heads/main"}'), context);
  assert.deepEqual([answer.statusCode, answer.body], [202, JSON.stringify({ id: DELIVERY })]);
  const [{ time, ...message }] = messages;
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(message, {
    specversion: '1.0',
    id: DELIVERY,
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

test('what is refused has its status', async () => {
  const twice = { 'x-hub-signature-256': ['sha256=00'] };
  assert.equal(await status(github('{}', { secret: 'another' })), 401);
  assert.equal(await status(github('{}', { headers: { 'X-Hub-Signature-256': [] } })), 401);
  assert.equal(await status(github('{}', { headers: twice })), 401);
  assert.equal(await status(github('{}', { source: 'constructor' })), 404);
  assert.equal(await status(github('{')), 400);
  assert.equal(await status(github('')), 400);
  assert.equal(await status(github('x'.repeat(5_000_000))), 413);
  assert.equal(await status(github('{}', { headers: { 'Content-Type': ['text/html'] } })), 415);
  assert.equal(await status(github('{}', { headers: { 'Content-Encoding': ['gzip'] } })), 415);
  assert.deepEqual(messages, []);
});

test('a ping is answered and not queued', async () => {
  const answer = await handler(github('{}', { kind: 'ping' }), context);
  assert.deepEqual([answer.statusCode, answer.body, messages], [200, 'pong', []]);
});

test('a large body is kept, and the message says where', async () => {
  const body = JSON.stringify('x'.repeat(4000));
  assert.equal(await status(github(body)), 202);
  assert.equal(objects[0].body.toString(), body);
  assert.equal(messages[0].dataref, objects[0].uri);
  assert.equal(messages[0].data_base64, undefined);
});

const CURRENT = 'hookline-test/sources/github AWSCURRENT';
const PREVIOUS = 'hookline-test/sources/github AWSPREVIOUS';

test('a rotated secret is looked up once more', async () => {
  assert.equal(await status(github('{}')), 202);
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  assert.equal(await status(github('{}', { secret: 'new' })), 202);
  assert.equal(await status(github('{}')), 202);
  assert.equal(await status(github('{}', { secret: 'another' })), 401);
  assert.deepEqual(looks, [CURRENT, CURRENT, PREVIOUS], 'both when the new one came: it is too early for another look');
});

test('the previous secret is asked for once it is needed, and forgotten with the current one', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  for (let i = 0; i < 3; i++) assert.equal(await status(github('{}', { secret: 'new' })), 202);
  assert.deepEqual(looks, [CURRENT]);
  for (let i = 0; i < 3; i++) assert.equal(await status(github('{}')), 202);
  assert.deepEqual(looks.splice(0), [CURRENT, CURRENT, PREVIOUS]);
  t.mock.timers.tick(300_000);
  for (let i = 0; i < 3; i++) assert.equal(await status(github('{}', { secret: 'new' })), 202);
  assert.deepEqual(looks.splice(0), [CURRENT]);
  assert.equal(await status(github('{}')), 202);
  assert.deepEqual(looks, [CURRENT, PREVIOUS]);
});

test('wrong signatures cause one look in thirty seconds', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const flood = async () => {
    for (let i = 0; i < 10; i++) assert.equal(await status(github('{}', { secret: 'another' })), 401);
    return looks.splice(0);
  };
  assert.deepEqual(await flood(), [CURRENT, CURRENT, PREVIOUS]);
  t.mock.timers.tick(29_999);
  assert.deepEqual(await flood(), []);
  t.mock.timers.tick(1);
  assert.deepEqual(await flood(), [CURRENT, PREVIOUS]);
});

test('what the previous secret may have signed is 503 until the store has answered for it', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const { getSecret } = aws;
  aws.getSecret = async (name, stage, signal) => {
    const value = await getSecret(name, stage);
    // Longer than anybody waits, unless it is ended.
    if (stage === 'AWSPREVIOUS') await setTimeout(8000, undefined, { signal });
    return value;
  };
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  const started = performance.now();
  for (let i = 0; i < 3; i++) {
    assert.equal(await status(github('{}')), 503);
    assert.equal(await status(github('{}', { secret: 'new' })), 202);
  }
  assert.ok(performance.now() - started < 2000, 'it is waited for once, for a second');
  assert.deepEqual([lines[0].reason, lines[2].reason], ['secret_unavailable', 'secret_unavailable']);
  assert.deepEqual(looks.splice(0), [CURRENT, CURRENT, PREVIOUS]);
  aws.getSecret = getSecret;
  t.mock.timers.tick(1999);
  assert.equal(await status(github('{}')), 503);
  assert.deepEqual(looks, []);
  t.mock.timers.tick(1);
  assert.equal(await status(github('{}')), 202);
  assert.equal(await status(github('{}', { secret: 'another' })), 401);
  assert.deepEqual(looks, [CURRENT, PREVIOUS]);
});

test('a rotation whose previous secret cannot be had is accepted', async () => {
  assert.equal(await status(github('{}')), 202);
  const { getSecret } = aws;
  const broken = async () => {
    throw new Error('no');
  };
  aws.getSecret = (name, stage) => (stage === 'AWSPREVIOUS' ? broken() : getSecret(name, stage));
  secrets = { AWSCURRENT: 'new', AWSPREVIOUS: SECRET };
  assert.equal(await status(github('{}', { secret: 'new' })), 202);
  assert.equal(await status(github('{}')), 503);
});

test('a store that is away altogether is not asked for each wrong signature', async () => {
  assert.equal(await status(github('{}')), 202);
  let calls = 0;
  aws.getSecret = async () => {
    calls++;
    throw new Error('no');
  };
  for (let i = 0; i < 3; i++) assert.equal(await status(github('{}', { secret: 'another' })), 503);
  assert.equal(await status(github('{}')), 202);
  assert.equal(calls, 1);
});

test('a service that fails is answered with 503, and its message is not logged', async () => {
  aws.sendMessage = async () => {
    throw Object.assign(new Error('the body was {}'), { name: 'InternalError' });
  };
  const answer = await handler(github('{}'), context);
  assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [503, '10']);
  assert.deepEqual([lines[0].reason, lines[0].detail], ['queue_unavailable', 'InternalError']);
  secrets = {};
  const fresh = createHandler(config, aws, () => {});
  assert.equal((await fresh(github('{}'), context)).statusCode, 503);
});
