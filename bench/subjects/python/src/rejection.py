"""Why a request is not queued: the status, the word that we read in the log, and the text that the sender reads, which
never says why a signature failed. What caused it is the exception's `__cause__`."""


class Rejection(Exception):
    def __init__(self, status, reason, detail):
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.detail = detail


def not_authentic(reason):
    return Rejection(401, reason, "The request could not be authenticated.")


def cannot_verify(reason):
    return Rejection(503, reason, "The service cannot verify requests now; send it again.")
