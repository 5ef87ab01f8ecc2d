"""The message for the queue: CloudEvents 1.0 in JSON, in the same format as crates/event."""

import hashlib
import json
import re
import secrets
from datetime import datetime, timezone

# Ids and types become header values and log fields, so only short names of plain characters are valid.
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
ROOT = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
PARENT = re.compile(r"[0-9a-f]{16}")


def is_name(text):
    return text is not None and NAME.fullmatch(text) is not None


def dedup_key(source, body):
    """A hash of the body. The X-GitHub-Delivery header is not signed: with another value, a copy of a request would be
    delivered a second time."""
    digest = hashlib.sha256(f"body\0{source}\0".encode())
    digest.update(body)
    return digest.hexdigest()


def current_time():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_trace_header(header):
    """Parses the X-Ray trace header and converts it to a W3C traceparent. A header without a parent segment gets a
    random parent. Returns both values, or None twice."""
    fields = dict(part.strip().partition("=")[::2] for part in (header or "").lower().split(";"))
    root = ROOT.fullmatch(fields.get("root", ""))
    if not root:
        return None, None
    parent = fields.get("parent", "")
    if not PARENT.fullmatch(parent):
        parent = secrets.token_hex(8)
    sampled = 1 if fields.get("sampled") == "1" else 0
    header = f"Root={root[0]};Parent={parent};Sampled={sampled}"
    return header, f"00-{root[1]}{root[2]}-{parent}-0{sampled}"


def serialize_event(attributes, **data):
    """`data` is either `data_base64` or `dataref`. Attributes that are None are omitted."""
    members = {"specversion": "1.0", **attributes, **data}
    present = {name: value for name, value in members.items() if value is not None}
    return json.dumps(present, separators=(",", ":"))
