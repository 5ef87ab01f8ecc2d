import { environmentReader } from './environment.js';

const DEFAULT_CONTENT_TYPES = [
  'application/json',
  'application/*+json',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'text/plain',
];

// A DLQ message has attributes with the reason. They count towards the size limit of a message.
const DEAD_LETTER_RESERVE_BYTES = 1024;

// Validates all settings at the start: an invalid configuration fails the deployment, not the first request.
export function readConfig(environment) {
  const { required, number } = environmentReader(environment);
  return {
    sources: readSources(required('HOOKLINE_SOURCES')),
    queueUrl: required('HOOKLINE_QUEUE_URL'),
    payloadBucket: required('HOOKLINE_PAYLOAD_BUCKET'),
    maxEventBytes: number('HOOKLINE_MAX_MESSAGE_BYTES') - DEAD_LETTER_RESERVE_BYTES,
    secretPath: `${required('HOOKLINE_PREFIX')}/sources`,
    secretTtlMs: number('HOOKLINE_SECRET_TTL_SECONDS') * 1000,
    secretRefreshMs: number('HOOKLINE_SECRET_REFRESH_SECONDS') * 1000,
  };
}

// Returns a Map, not an object: the sender chooses the name to look up, and every object has a `constructor`.
function readSources(json) {
  const sources = new Map();
  for (const [name, source] of Object.entries(JSON.parse(json))) {
    if (source.sender !== 'github') throw new Error(`source \`${name}\` has the unknown sender \`${source.sender}\``);
    sources.set(name, { contentTypes: source.content_types ?? DEFAULT_CONTENT_TYPES });
  }
  return sources;
}
