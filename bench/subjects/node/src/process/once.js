// Delivers once: claims, delivers, and says what became of it. The key is ours (`dedupkey#destination`) and not the
// queue's, so that a message that comes twice is the same.

import { randomUUID } from 'node:crypto';

import { Failure, describe } from './failure.js';

// Beyond the function's own time: a lease that ends while its owner still delivers would be no lease.
const MARGIN_MS = 5000;

const seconds = (milliseconds) => Math.floor(milliseconds / 1000);

// `deliver`s in what is left of `time`, unless it was done before or is being done. Gives what came of it.
export async function once(claims, window, key, time, deliver, warn) {
  const now = Date.now();
  const claim = {
    key,
    owner: randomUUID(),
    now: seconds(now),
    leaseUntil: seconds(now + time + MARGIN_MS),
    forgetAt: seconds(now) + window,
  };
  let taken;
  try {
    taken = await claims.claim(claim);
  } catch (cause) {
    // Whether it was done is not known: nothing is done twice, so nothing is done now.
    warn('not_claimed', cause);
    throw new Failure('idempotency_unavailable', { passes: true, cause });
  }
  // Our own lease is there if an answer was lost and the SDK has asked again.
  if (taken && taken.owner !== claim.owner) {
    if (taken.state === 'done') return 'already_delivered';
    const left = Math.max(0, (taken.leaseUntil ?? claim.leaseUntil) - claim.now);
    throw new Failure('in_progress', { passes: true, retryAfter: left + 1 });
  }
  // Until the lease ends nobody delivers; after it, what was not marked is delivered once more.
  const note = (outcome, promise) => promise.catch((cause) => warn(outcome, cause));
  try {
    await deliver(time - (Date.now() - now));
  } catch (failure) {
    await note('not_released', claims.release(claim));
    throw failure;
  }
  await note('not_marked_done', claims.complete(claim));
  return 'delivered';
}
