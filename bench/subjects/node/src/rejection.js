// Why a request is not queued: the status, the word that we read in the log, and the text that the sender reads, which
// never says why a signature failed.
export class Rejection extends Error {
  constructor(status, reason, detail, cause) {
    super(detail, { cause });
    this.status = status;
    this.reason = reason;
  }
}

export const notAuthentic = (reason) => new Rejection(401, reason, 'The request could not be authenticated.');

export const cannotVerify = (reason, cause) =>
  new Rejection(503, reason, 'The service cannot verify requests now; send it again.', cause);

export const cannotKeep = (cause) =>
  new Rejection(503, 'bucket_unavailable', 'The service cannot keep large bodies now; send it again.', cause);

export const cannotQueue = (cause) =>
  new Rejection(503, 'queue_unavailable', 'The service cannot queue events now; send it again.', cause);

export const outOfTime = (cause) =>
  new Rejection(503, 'out_of_time', 'The service did not finish in time; send it again.', cause);
