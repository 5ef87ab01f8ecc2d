"""The request in the format that API Gateway uses for a REST API."""

import base64
import json
import re

from rejection import Rejection

# A Lambda payload is at most 6 MB. The limit applies to the body in base64.
MAX_BODY_BYTES = 6 * 1024 * 1024

# The content type becomes a header of the delivery.
CONTENT_TYPE = re.compile(r"[\x20-\x7e]{0,200}")


def source_name(event):
    match = re.fullmatch(r"/webhooks/([^/]+)", event.get("resource") or "")
    return match[1] if match and event.get("httpMethod") == "POST" else ""


def read_headers(event):
    """The values of each header, by lowercase name."""
    headers = {}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        headers.setdefault(name.lower(), []).extend(values)
    return headers


def first(headers, name):
    return next(iter(headers.get(name, [])), None)


def decode_body(event):
    """Returns the exact bytes of the body."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        base64_bytes = len(body)
    else:
        body = body.encode()
        base64_bytes = (len(body) + 2) // 3 * 4
    if base64_bytes > MAX_BODY_BYTES:
        raise Rejection(413, "body_too_large", "The body is larger than can be stored.")
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise Rejection(400, "invalid_base64", "The body is not valid base64.") from error


def check_body(headers, body, content_types):
    """Checks that a verified body matches its headers. Returns the declared content type."""
    if not body:
        raise Rejection(400, "empty_body", "The body is empty.")
    encodings = headers.get("content-encoding", [])
    if len(encodings) > 1 or encodings and encodings[0].strip().lower() != "identity":
        raise Rejection(415, "unsupported_content_encoding", "Only an uncompressed body is accepted.")
    declared = headers.get("content-type", [])
    content_type = declared[0] if declared else None
    essence = (content_type or "").split(";")[0].strip().lower() if declared else "application/octet-stream"
    is_accepted = any(_matches_pattern(pattern, essence) for pattern in content_types)
    if len(declared) > 1 or not CONTENT_TYPE.fullmatch(content_type or "") or not is_accepted:
        raise Rejection(415, "unsupported_content_type", "The content type is not accepted.")
    if essence == "application/json" or essence.endswith("+json"):
        _check_json(body)
    return content_type


def _matches_pattern(pattern, essence):
    """A pattern is `type/subtype` or `type/*+suffix`."""
    before, star, after = pattern.lower().partition("*")
    if not star:
        return essence == before
    return len(essence) > len(before) + len(after) and essence.startswith(before) and essence.endswith(after)


def _reject_constant(name):
    raise ValueError(f"{name} is not JSON")


# By default, Python's parser accepts NaN and Infinity too.
_JSON = json.JSONDecoder(parse_constant=_reject_constant)


def _check_json(body):
    # The parser would accept bytes in UTF-16, so the body is decoded first. JSON that is nested deeper than Python's
    # recursion limit is rejected too.
    try:
        _JSON.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise Rejection(400, "invalid_json", "The body is declared as JSON, but is not valid JSON.") from error
