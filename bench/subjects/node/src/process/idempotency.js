// Delivers an event to a destination once: claims the delivery, delivers, and records the result. The key is
// `dedupkey#destination` and not the SQS message id, so a duplicate event in another message has the same key.

import { randomUUID } from 'node:crypto';

import { DeliveryError } from './delivery_error.js';

// Added to the function's remaining time: a lease must not end while its owner still delivers.
const LEASE_MARGIN_MS = 5000;

const toSeconds = (milliseconds) => Math.floor(milliseconds / 1000);

// Calls `deliver` with the rest of `timeMs`, unless the delivery is already done or leased by another worker. Returns
// the outcome code.
export async function deliverOnce(claims, windowSeconds, key, timeMs, deliver, warn) {
  const now = Date.now();
  const claim = {
    key,
    owner: randomUUID(),
    now: toSeconds(now),
    leaseUntil: toSeconds(now + timeMs + LEASE_MARGIN_MS),
    expiresAt: toSeconds(now) + windowSeconds,
  };
  let stored;
  try {
    stored = await claims.claim(claim);
  } catch (cause) {
    // The delivery may already be done, so this attempt must not deliver.
    warn('claim_failed', cause);
    throw new DeliveryError('idempotency_unavailable', { isRetryable: true, cause });
  }
  // The stored lease has the same owner if the response to the first call was lost and the SDK has retried.
  if (stored && stored.owner !== claim.owner) {
    if (stored.state === 'done') return 'already_delivered';
    const remainingSeconds = Math.max(0, (stored.leaseUntil ?? claim.leaseUntil) - claim.now);
    throw new DeliveryError('in_progress', { isRetryable: true, retryAfter: remainingSeconds + 1 });
  }
  // If recording fails, the lease blocks other workers until it ends. A later attempt then delivers again.
  const record = (outcome, promise) => promise.catch((cause) => warn(outcome, cause));
  try {
    await deliver(timeMs - (Date.now() - now));
  } catch (error) {
    await record('claim_not_released', claims.release(claim));
    throw error;
  }
  await record('completion_not_recorded', claims.complete(claim));
  return 'delivered';
}
