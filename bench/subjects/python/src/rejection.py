"""Why a request is not queued: the status, the reason code for the log, and the text for the sender. The text never
explains why a signature is invalid. The exception's `__cause__` is the error that caused the rejection."""


class Rejection(Exception):
    def __init__(self, status, reason, detail):
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.detail = detail


def not_authentic(reason):
    return Rejection(401, reason, "The request could not be authenticated.")


def cannot_verify(reason):
    return Rejection(503, reason, "The service cannot verify requests now; send the request again.")


def cannot_store():
    detail = "The service cannot store large bodies now; send the request again."
    return Rejection(503, "bucket_unavailable", detail)


def cannot_queue():
    return Rejection(503, "queue_unavailable", "The service cannot queue events now; send the request again.")
