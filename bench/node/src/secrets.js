import { cannotVerify } from './rejection.js';

// The secrets of each source, the one in force first: kept for a while, and looked up once more when none of them fits,
// so that a rotation loses nothing.
export class SecretCache {
  #entries = new Map();

  constructor({ secretFolder, secretTtl, secretRefresh }) {
    this.folder = secretFolder;
    this.ttl = secretTtl;
    this.refreshAfter = secretRefresh;
  }

  // `getSecret(name, stage)` gives a value, or undefined if there is none.
  async get(source, getSecret) {
    const entry = this.#entries.get(source);
    if (entry && Date.now() < entry.until) return entry.secrets;
    return this.#fetch(source, getSecret, entry?.looked);
  }

  // For secrets that `get` has given and that do not fit. Undefined if it is too early to look again: a flood of wrong
  // signatures is not a flood of calls.
  async refresh(source, getSecret) {
    const entry = this.#entries.get(source);
    const now = Date.now();
    if (now - entry.looked < this.refreshAfter) return undefined;
    entry.looked = now;
    return this.#fetch(source, getSecret, now);
  }

  async #fetch(source, getSecret, looked = -Infinity) {
    const name = `${this.folder}/${source}`;
    const [current, previous] = await Promise.all([getSecret(name, 'AWSCURRENT'), getSecret(name, 'AWSPREVIOUS')]);
    if (current === undefined) throw cannotVerify('secret_missing');
    // With a blank secret anybody could sign.
    if (isBlank(current)) throw cannotVerify('secret_blank');
    const secrets = previous === undefined || isBlank(previous) ? [current] : [current, previous];
    this.#entries.set(source, { secrets, until: Date.now() + this.ttl, looked });
    return secrets;
  }
}

const isBlank = (secret) => /^[ \t\r\n]*$/.test(secret.toString());
