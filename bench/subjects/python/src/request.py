"""What API Gateway hands over for a REST API."""

import base64
import json
import re

from rejection import Rejection

# Lambda takes 6 MB in all; the limit is on the body as base64.
MAX_BODY_BYTES = 6 * 1024 * 1024

# It becomes a header of the delivery.
CONTENT_TYPE = re.compile(r"[\x20-\x7e]{0,200}")


def source_name(event):
    if event.get("httpMethod") == "POST" and event.get("resource") == "/webhooks/{source}":
        return (event.get("pathParameters") or {}).get("source") or ""
    return ""


def read_headers(event):
    """Each header's values by its name in lower case."""
    headers = {}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        headers.setdefault(name.lower(), []).extend(values)
    return headers


def first(headers, name):
    return next(iter(headers.get(name, [])), None)


def read_body(event):
    """The exact bytes."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        encoded_bytes = len(body)
    else:
        body = body.encode()
        encoded_bytes = (len(body) + 2) // 3 * 4
    if encoded_bytes > MAX_BODY_BYTES:
        raise Rejection(413, "too_large", "The body is larger than can be kept.")
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise Rejection(400, "bad_base64", "The body is not valid base64.") from error


def check_body(headers, body, content_types):
    """Checks a verified body against its declaration, and gives the declared content type."""
    if not body:
        raise Rejection(400, "empty_body", "The body is empty.")
    encodings = headers.get("content-encoding", [])
    if len(encodings) > 1 or encodings and encodings[0].strip().lower() != "identity":
        raise Rejection(415, "unsupported_encoding", "Only an uncompressed body is accepted.")
    declared = headers.get("content-type", [])
    content_type = declared[0] if declared else None
    essence = (content_type or "").split(";")[0].strip().lower() if declared else "application/octet-stream"
    fit = CONTENT_TYPE.fullmatch(content_type or "") and any(_fits(pattern, essence) for pattern in content_types)
    if len(declared) > 1 or not fit:
        raise Rejection(415, "unsupported_type", "The content type is not accepted here.")
    if essence == "application/json" or essence.endswith("+json"):
        _check_json(body)
    return content_type


def _fits(pattern, essence):
    """A pattern is `type/subtype` or `type/*+suffix`."""
    before, star, after = pattern.lower().partition("*")
    if not star:
        return essence == before
    return len(essence) > len(before) + len(after) and essence.startswith(before) and essence.endswith(after)


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


# Python's parser takes NaN and Infinity too, unless it is told not to.
_JSON = json.JSONDecoder(parse_constant=_no_constant)


def _check_json(body):
    # Bytes are decoded here, as the parser would take UTF-16. A body that is deeper than its stack is refused as well.
    try:
        _JSON.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise Rejection(400, "not_json", "The body is declared as JSON, but is not.") from error
