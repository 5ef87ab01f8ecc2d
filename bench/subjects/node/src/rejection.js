// Why a request is not queued: the status, the reason code for the log, and the text for the sender. The text never
// explains why a signature is invalid.
export class Rejection extends Error {
  constructor(status, reason, detail, cause) {
    super(detail, { cause });
    this.status = status;
    this.reason = reason;
  }
}

export const notAuthentic = (reason) => new Rejection(401, reason, 'The request could not be authenticated.');

export const cannotVerify = (reason, cause) =>
  new Rejection(503, reason, 'The service cannot verify requests now; send the request again.', cause);

export const cannotStore = (cause) =>
  new Rejection(503, 'bucket_unavailable', 'The service cannot store large bodies now; send the request again.', cause);

export const cannotQueue = (cause) =>
  new Rejection(503, 'queue_unavailable', 'The service cannot queue events now; send the request again.', cause);

export const deadlineExceeded = (cause) =>
  new Rejection(503, 'deadline_exceeded', 'The service did not finish in time; send the request again.', cause);
