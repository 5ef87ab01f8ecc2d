import { cannotVerify } from './rejection.js';

// How long the store may take for a previous secret, and for how long it is left alone if it has not answered.
const PREVIOUS_TIMEOUT_MS = 1000;
const PREVIOUS_PAUSE_MS = 2000;

// The secrets of each source, the one in force first: kept for a while, and looked up once more when none of them fits,
// so that a rotation loses nothing. Only such a look asks for the previous secret, which is seldom needed.
export class SecretCache {
  #entries = new Map();

  constructor({ secretFolder, secretTtl, secretRefresh }) {
    this.folder = secretFolder;
    this.ttl = secretTtl;
    this.refreshAfter = secretRefresh;
  }

  // `getSecret(name, stage, signal)` gives a value, or undefined if there is none. The signal, if given, ends it.
  async get(source, getSecret) {
    const known = this.#entries.get(source);
    if (known && Date.now() < known.until) return known;
    const current = await this.#current(source, getSecret);
    return this.#keep(source, { secrets: [current], isPreviousKnown: false, nextLook: 0 });
  }

  // For secrets that `get` has given and that do not fit. The same ones if it is too early to look again: a flood of
  // wrong signatures is not a flood of calls.
  async refresh(source, getSecret) {
    const known = this.#entries.get(source);
    if (Date.now() < known.nextLook) return known;
    // Before the look: it counts even if the store does not answer.
    known.nextLook = this.#nextLook(known.isPreviousKnown);
    const secrets = [await this.#current(source, getSecret)];
    let isPreviousKnown = true;
    try {
      const timeout = AbortSignal.timeout(PREVIOUS_TIMEOUT_MS);
      const previous = await getSecret(this.#name(source), 'AWSPREVIOUS', timeout);
      if (previous !== undefined && !isBlank(previous)) secrets.push(previous);
    } catch {
      // The current one may fit all the same.
      isPreviousKnown = false;
    }
    return this.#keep(source, { secrets, isPreviousKnown, nextLook: this.#nextLook(isPreviousKnown) });
  }

  async #current(source, getSecret) {
    const current = await getSecret(this.#name(source), 'AWSCURRENT');
    if (current === undefined) throw cannotVerify('secret_missing');
    // With a blank secret anybody could sign.
    if (isBlank(current)) throw cannotVerify('secret_blank');
    return current;
  }

  #keep(source, fetched) {
    const entry = { ...fetched, until: Date.now() + this.ttl };
    this.#entries.set(source, entry);
    return entry;
  }

  #nextLook(isPreviousKnown) {
    return Date.now() + (isPreviousKnown ? this.refreshAfter : PREVIOUS_PAUSE_MS);
  }

  #name(source) {
    return `${this.folder}/${source}`;
  }
}

const isBlank = (secret) => /^[ \t\r\n]*$/.test(secret.toString());
