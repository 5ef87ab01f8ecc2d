import { reader } from './variables.js';

const USUAL_CONTENT_TYPES = [
  'application/json',
  'application/*+json',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'text/plain',
];

// A message that goes to the dead-letter queue takes its reason along as attributes, which count towards the limit too.
const DEAD_LETTER_RESERVE_BYTES = 1024;

// Everything is checked at the start: a function that cannot work fails its deployment, not its first request.
export function readConfig(environment) {
  const { required, number } = reader(environment);
  return {
    sources: readSources(required('HOOKLINE_SOURCES')),
    queueUrl: required('HOOKLINE_QUEUE_URL'),
    payloadBucket: required('HOOKLINE_PAYLOAD_BUCKET'),
    maxEventBytes: number('HOOKLINE_MAX_MESSAGE_BYTES') - DEAD_LETTER_RESERVE_BYTES,
    secretFolder: `${required('HOOKLINE_PREFIX')}/sources`,
    secretTtl: number('HOOKLINE_SECRET_TTL_SECONDS') * 1000,
    secretRefresh: number('HOOKLINE_SECRET_REFRESH_SECONDS') * 1000,
  };
}

// A map, not an object: a sender chooses the name that is looked up, and an object has `constructor` too.
function readSources(json) {
  const sources = new Map();
  for (const [name, source] of Object.entries(JSON.parse(json))) {
    if (source.scheme !== 'github') throw new Error(`source ${name}: unknown scheme ${source.scheme}`);
    sources.set(name, { contentTypes: source.content_types ?? USUAL_CONTENT_TYPES });
  }
  return sources;
}
