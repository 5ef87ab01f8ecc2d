"""The same work as functions/ingest, for GitHub only: request, verification, queue, response.

It omits what a sender cannot observe: metrics and trace segments, caching of secret store failures, and the use of
expired secrets while the secret store fails. It also omits the response at the function's deadline, because a call of
boto3 cannot be cancelled.
"""

import base64
import json
import os
import time
import uuid
from http import HTTPStatus

from event import current_time, dedup_key, is_name, parse_trace_header, serialize_event
from rejection import Rejection, cannot_queue, cannot_store, cannot_verify, not_authentic
from request import check_body, decode_body, first, read_headers, source_name
from secret_cache import SecretCache
from signature import is_signed, read_signature


class Ingest:
    """`aws` has the calls to AWS: handler.py makes them with boto3, tests pass a fake."""

    def __init__(self, config, aws):
        self._config = config
        self._aws = aws
        self._secrets = SecretCache(config, self._get_secret)

    def handle(self, event, _context):
        """Always returns a response: every error becomes a status."""
        started_at = time.perf_counter()
        request_id = (event.get("requestContext") or {}).get("requestId") or "unknown"

        def log(**fields):
            """Writes one line per request."""
            fields |= {"request_id": request_id, "source": source_name(event)[:64]}
            fields["duration_ms"] = round((time.perf_counter() - started_at) * 1e3, 3)
            print(json.dumps({name: value for name, value in fields.items() if value is not None}))

        try:
            accepted = self._ingest(event)
        except Exception as error:
            rejection = error
            if not isinstance(error, Rejection):
                rejection = Rejection(500, "internal", "The service failed.")
                rejection.__cause__ = error
            is_rejected = rejection.status < 500
            log(
                level="WARN" if is_rejected else "ERROR",
                outcome="rejected" if is_rejected else "failed",
                status=rejection.status,
                reason=rejection.reason,
                detail=_error_name(rejection.__cause__),
            )
            return _problem_response(rejection, request_id)
        if accepted is None:
            log(level="INFO", outcome="handshake")
            return _respond(200, "pong", {"content-type": "text/plain; charset=utf-8"})
        log(level="INFO", outcome="accepted", event_id=accepted["id"], type=accepted["type"])
        return _respond(202, json.dumps({"id": accepted["id"]}), {"content-type": "application/json"})

    def _ingest(self, event):
        """Returns the attributes of the accepted event, or None for a handshake."""
        name = source_name(event)
        content_types = self._config.sources.get(name)
        if content_types is None:
            raise Rejection(404, "unknown_source", "There is no such source.")
        headers = read_headers(event)
        body = decode_body(event)
        self._verify(name, headers, body)
        content_type = check_body(headers, body, content_types)
        event_name = first(headers, "x-github-event")
        if event_name == "ping":
            return None

        delivery_id = first(headers, "x-github-delivery")
        path = f"/webhooks/{name}"
        trace_header = os.environ.get("_X_AMZN_TRACE_ID") or first(headers, "x-amzn-trace-id")
        trace_header, traceparent = parse_trace_header(trace_header)
        attributes = {
            "id": delivery_id if is_name(delivery_id) else str(uuid.uuid4()),
            "source": path,
            "type": f"{name}.{event_name if is_name(event_name) else 'received'}",
            "time": current_time(),
            "datacontenttype": content_type,
            "dedupkey": dedup_key(path, body),
            "traceparent": traceparent,
        }
        message = serialize_event(attributes, data_base64=base64.b64encode(body).decode())
        if len(message) > self._config.max_event_bytes:
            message = serialize_event(attributes, dataref=self._offload(body))
        try:
            self._aws.send_message(self._config.queue_url, message, trace_header)
        except Exception as error:
            raise cannot_queue() from error
        return attributes

    def _verify(self, name, headers, body):
        """After a mismatch, verifies again with refreshed secrets: the secret may have been rotated."""
        cached = self._secrets.get(name)
        signature = read_signature(headers)
        if is_signed(signature, body, cached.secrets):
            return
        refreshed = self._secrets.refresh(name)
        if refreshed is not cached and is_signed(signature, body, refreshed.secrets):
            return
        # The signature may be from the previous secret, which the store has not returned.
        if not refreshed.is_previous_known:
            raise cannot_verify("secret_unavailable")
        raise not_authentic("signature_mismatch")

    def _get_secret(self, name, stage):
        try:
            return self._aws.get_secret(name, stage)
        except Exception as error:
            raise cannot_verify("secret_unavailable") from error

    def _offload(self, body):
        """The claim check pattern. Each payload has a new key, so no object is ever overwritten."""
        bucket, key = self._config.payload_bucket, f"payloads/{uuid.uuid4()}"
        try:
            self._aws.put_object(bucket, key, body)
        except Exception as error:
            raise cannot_store() from error
        return f"s3://{bucket}/{key}"


def _error_name(cause):
    """The error's type and, for an AWS error, its code only: its message may quote the body or a secret."""
    if cause is None:
        return None
    response = getattr(cause, "response", None) or {}
    code = response.get("Error", {}).get("Code")
    return " ".join(filter(None, [type(cause).__name__, code]))


def _problem_response(rejection, request_id):
    """Problem details (RFC 9457) with the request's id."""
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
