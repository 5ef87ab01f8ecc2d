import { cannotVerify } from './rejection.js';

// Timeout of a lookup of a previous secret, and the wait before the next lookup if it fails.
const PREVIOUS_TIMEOUT_MS = 1000;
const PREVIOUS_RETRY_MS = 2000;

// A cache of each source's secrets, the current one first. When no cached secret matches a signature, `refresh` looks
// them up again, so no request is lost during a rotation. Only `refresh` looks up the previous secret, which is rarely
// needed.
export class SecretCache {
  #entries = new Map();

  constructor({ secretPath, secretTtlMs, secretRefreshMs }) {
    this.path = secretPath;
    this.ttlMs = secretTtlMs;
    this.refreshMs = secretRefreshMs;
  }

  // `getSecret(name, stage, signal)` returns a value, or undefined if the store has none. `signal` is optional and
  // aborts the lookup.
  async get(source, getSecret) {
    const cached = this.#entries.get(source);
    if (cached && Date.now() < cached.expiresAt) return cached;
    const current = await this.#getCurrent(source, getSecret);
    return this.#store(source, { secrets: [current], isPreviousKnown: false, nextRefreshAt: 0 });
  }

  // Looks up the secrets again, after those from `get` did not match a signature. Returns the same entry if the last
  // lookup was too recent: many wrong signatures must not cause many calls.
  async refresh(source, getSecret) {
    const cached = this.#entries.get(source);
    if (Date.now() < cached.nextRefreshAt) return cached;
    // Set before the lookup, so a failed lookup counts too.
    cached.nextRefreshAt = this.#nextRefreshAt(cached.isPreviousKnown);
    const secrets = [await this.#getCurrent(source, getSecret)];
    let isPreviousKnown = true;
    try {
      const timeout = AbortSignal.timeout(PREVIOUS_TIMEOUT_MS);
      const previous = await getSecret(this.#secretName(source), 'AWSPREVIOUS', timeout);
      if (previous !== undefined && !isBlank(previous)) secrets.push(previous);
    } catch {
      // The current secret may match without the previous one.
      isPreviousKnown = false;
    }
    return this.#store(source, { secrets, isPreviousKnown, nextRefreshAt: this.#nextRefreshAt(isPreviousKnown) });
  }

  async #getCurrent(source, getSecret) {
    const current = await getSecret(this.#secretName(source), 'AWSCURRENT');
    if (current === undefined) throw cannotVerify('secret_missing');
    // An attacker can guess a blank secret.
    if (isBlank(current)) throw cannotVerify('secret_blank');
    return current;
  }

  #store(source, fetched) {
    const entry = { ...fetched, expiresAt: Date.now() + this.ttlMs };
    this.#entries.set(source, entry);
    return entry;
  }

  #nextRefreshAt(isPreviousKnown) {
    return Date.now() + (isPreviousKnown ? this.refreshMs : PREVIOUS_RETRY_MS);
  }

  #secretName(source) {
    return `${this.path}/${source}`;
  }
}

const isBlank = (secret) => /^[ \t\r\n]*$/.test(secret.toString());
