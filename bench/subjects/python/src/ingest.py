"""The same ingest as functions/ingest, for GitHub only: request, verify, enqueue, response.

It leaves out what a sender does not see (metrics and segments, failures of the secret store that are remembered, and
secrets that outlive them), and the answer when the function's time is over: a call of boto3 cannot be ended from
outside.
"""

import base64
import json
import os
import time
import uuid
from http import HTTPStatus

from event import dedup_key, is_name, now, read_trace, to_message
from rejection import Rejection, cannot_verify, not_authentic
from request import check_body, first, read_body, read_headers, source_name
from secret_cache import SecretCache
from signature import is_signed, read_signature


class Ingest:
    """`aws` is what handler.py makes of the clients, or what a test puts in their place."""

    def __init__(self, config, aws):
        self._config = config
        self._aws = aws
        self._secrets = SecretCache(config, self._get_secret)

    def handle(self, event, _context):
        """Always answers: whatever goes wrong becomes a status."""
        started = time.perf_counter()
        request_id = (event.get("requestContext") or {}).get("requestId") or "unknown"

        def log(**fields):
            """One line a request."""
            fields |= {"request_id": request_id, "source": source_name(event)[:64]}
            fields["duration_ms"] = round((time.perf_counter() - started) * 1e3, 3)
            print(json.dumps({name: value for name, value in fields.items() if value is not None}))

        try:
            receipt = self._take(event)
        except Exception as error:
            rejection = error
            if not isinstance(error, Rejection):
                rejection = Rejection(500, "internal", "The service failed.")
                rejection.__cause__ = error
            refused = rejection.status < 500
            log(
                level="WARN" if refused else "ERROR",
                outcome="refused" if refused else "failed",
                status=rejection.status,
                reason=rejection.reason,
                detail=_describe(rejection.__cause__),
            )
            return _problem(rejection, request_id)
        if receipt is None:
            log(level="INFO", outcome="handshake")
            return _respond(200, "pong", {"content-type": "text/plain; charset=utf-8"})
        log(level="INFO", outcome="queued", event_id=receipt["id"], type=receipt["type"])
        return _respond(202, json.dumps({"id": receipt["id"]}), {"content-type": "application/json"})

    def _take(self, event):
        """The attributes of the event that was queued; None of a handshake."""
        name = source_name(event)
        content_types = self._config.sources.get(name)
        if content_types is None:
            raise Rejection(404, "unknown_source", "There is no such source.")
        headers = read_headers(event)
        body = read_body(event)
        self._verify(name, headers, body)
        content_type = check_body(headers, body, content_types)
        kind = first(headers, "x-github-event")
        if kind == "ping":
            return None

        delivery = first(headers, "x-github-delivery")
        path = f"/webhooks/{name}"
        trace, traceparent = read_trace(os.environ.get("_X_AMZN_TRACE_ID") or first(headers, "x-amzn-trace-id"))
        attributes = {
            "id": delivery if is_name(delivery) else str(uuid.uuid4()),
            "source": path,
            "type": f"{name}.{kind if is_name(kind) else 'received'}",
            "time": now(),
            "datacontenttype": content_type,
            "dedupkey": dedup_key(path, body),
            "traceparent": traceparent,
        }
        message = to_message(attributes, data_base64=base64.b64encode(body).decode())
        if len(message) > self._config.max_event_bytes:
            message = to_message(attributes, dataref=self._keep(body))
        try:
            self._aws.send_message(self._config.queue_url, message, trace)
        except Exception as error:
            detail = "The service cannot queue events now; send it again."
            raise Rejection(503, "queue_unavailable", detail) from error
        return attributes

    def _verify(self, name, headers, body):
        """A secret may have been rotated since it was fetched."""
        known = self._secrets.get(name)
        signature = read_signature(headers)
        if is_signed(signature, body, known.secrets):
            return
        newer = self._secrets.refresh(name)
        if newer is not known and is_signed(signature, body, newer.secrets):
            return
        # The previous secret may have signed it: only the store knows.
        if not newer.is_previous_known:
            raise cannot_verify("secret_unavailable")
        raise not_authentic("signature_mismatch")

    def _get_secret(self, name, stage):
        try:
            return self._aws.get_secret(name, stage)
        except Exception as error:
            raise cannot_verify("secret_unavailable") from error

    def _keep(self, body):
        """The claim check: under a key of its own, so that nothing that is kept is ever written over."""
        bucket, key = self._config.payload_bucket, f"payloads/{uuid.uuid4()}"
        try:
            self._aws.put_object(bucket, key, body)
        except Exception as error:
            detail = "The service cannot keep large bodies now; send it again."
            raise Rejection(503, "bucket_unavailable", detail) from error
        return f"s3://{bucket}/{key}"


def _describe(cause):
    """The name, and the service's code if there is one: a message may quote what was being read."""
    if cause is None:
        return None
    response = getattr(cause, "response", None) or {}
    code = response.get("Error", {}).get("Code")
    return " ".join(filter(None, [type(cause).__name__, code]))


def _problem(rejection, request_id):
    """A problem (RFC 9457) with the request's id."""
    body = {
        "title": HTTPStatus(rejection.status).phrase,
        "status": rejection.status,
        "detail": rejection.detail,
        "request_id": request_id,
    }
    headers = {"content-type": "application/problem+json"}
    if rejection.status == 503:
        headers["retry-after"] = "10"
    return _respond(rejection.status, json.dumps(body), headers)


def _respond(status, body, headers):
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
