// Why an attempt failed: a stable reason code, whether another attempt can succeed, and the seconds of a Retry-After
// header.
export class DeliveryError extends Error {
  constructor(reason, { isRetryable = false, retryAfter, cause } = {}) {
    super(reason, { cause });
    this.reason = reason;
    this.isRetryable = isRetryable;
    this.retryAfter = retryAfter;
  }
}

// The error's name and code only: its message may quote the body or a secret.
export const errorName = (cause) => cause && [cause.name, cause.code].filter(Boolean).join(' ');
