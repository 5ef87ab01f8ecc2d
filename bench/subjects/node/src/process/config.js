import { environmentReader } from '../environment.js';
import { createDestination } from './http_destination.js';
import { createSsrfGuard } from './ssrf_guard.js';

// Validates all settings at the start: an invalid configuration fails the deployment, not the first event.
export function readConfig(environment) {
  const { required, number } = environmentReader(environment);
  const guard = createSsrfGuard(JSON.parse(required('HOOKLINE_PRIVATE_NETWORKS')));
  const destinations = new Map();
  for (const [name, settings] of Object.entries(JSON.parse(required('HOOKLINE_DESTINATIONS')))) {
    destinations.set(name, createDestination(name, settings, guard));
  }
  const table = environment.HOOKLINE_IDEMPOTENCY_TABLE;
  const retry = JSON.parse(required('HOOKLINE_RETRY'));
  return {
    destinations,
    routes: readRoutes(JSON.parse(required('HOOKLINE_ROUTES')), destinations),
    queueUrl: required('HOOKLINE_QUEUE_URL'),
    dlqUrl: required('HOOKLINE_DLQ_URL'),
    maxReceiveCount: number('HOOKLINE_MAX_RECEIVE_COUNT'),
    retryBaseSeconds: retry.base_seconds,
    retryMaxSeconds: retry.max_seconds,
    // Without a table, events are delivered at least once.
    idempotency: table && { table, seconds: number('HOOKLINE_IDEMPOTENCY_SECONDS') },
  };
}

// A route matches events of its source and, if it lists types, of one of these types.
function readRoutes(routes, destinations) {
  return Object.entries(routes).map(([name, route]) => {
    if (route.filter?.length) throw new Error(`route \`${name}\` has a filter, which is not supported here`);
    const unknown = route.destinations.find((destination) => !destinations.has(destination));
    if (unknown) throw new Error(`route \`${name}\` has the unknown destination \`${unknown}\``);
    return {
      source: route.source ?? name,
      types: (route.types ?? []).map(globToRegExp),
      destinations: route.destinations,
    };
  });
}

const globToRegExp = (pattern) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
