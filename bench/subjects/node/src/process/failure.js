// Why an attempt failed: a stable word, whether another attempt can help, and the seconds that were asked for.
export class Failure extends Error {
  constructor(reason, { passes = false, retryAfter, cause } = {}) {
    super(reason, { cause });
    this.reason = reason;
    this.passes = passes;
    this.retryAfter = retryAfter;
  }
}

// The names only: a message may quote what was being read.
export const describe = (cause) => cause && [cause.name, cause.code].filter(Boolean).join(' ');
