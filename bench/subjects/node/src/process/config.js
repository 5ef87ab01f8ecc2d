import { createGuard } from './guard.js';
import { readDestination } from './http.js';
import { reader } from '../variables.js';

// Everything is checked at the start: a function that cannot work fails its deployment, not its first event.
export function readConfig(environment) {
  const { required, number } = reader(environment);
  const guard = createGuard(JSON.parse(required('HOOKLINE_PRIVATE_NETWORKS')));
  const destinations = new Map();
  for (const [name, settings] of Object.entries(JSON.parse(required('HOOKLINE_DESTINATIONS')))) {
    destinations.set(name, readDestination(name, settings, guard));
  }
  const table = environment.HOOKLINE_IDEMPOTENCY_TABLE;
  return {
    destinations,
    routes: readRoutes(JSON.parse(required('HOOKLINE_ROUTES')), destinations),
    queueUrl: required('HOOKLINE_QUEUE_URL'),
    dlqUrl: required('HOOKLINE_DLQ_URL'),
    maxReceiveCount: number('HOOKLINE_MAX_RECEIVE_COUNT'),
    retryBaseSeconds: number('HOOKLINE_RETRY_BASE_SECONDS'),
    retryMaxSeconds: number('HOOKLINE_RETRY_MAX_SECONDS'),
    // Without a table a delivery is made at least once.
    idempotency: table && { table, seconds: number('HOOKLINE_IDEMPOTENCY_SECONDS') },
  };
}

// What has to hold of an event: its source and, if there are any, one of the types.
function readRoutes(routes, destinations) {
  return Object.entries(routes).map(([name, route]) => {
    if (route.filter?.length) throw new Error(`route ${name}: filters are left out here`);
    const unknown = route.destinations.find((it) => !destinations.has(it));
    if (unknown) throw new Error(`route ${name} names unknown destination ${unknown}`);
    return { source: route.source ?? name, types: (route.types ?? []).map(glob), destinations: route.destinations };
  });
}

const glob = (pattern) =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
