"""The message for the queue: CloudEvents 1.0 in JSON, as crates/event writes it."""

import hashlib
import json
import re
import secrets
from datetime import datetime, timezone

# Ids and types go into headers and logs: a short word of plain characters, or not at all.
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
ROOT = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
PARENT = re.compile(r"[0-9a-f]{16}")


def is_name(text):
    return text is not None and NAME.fullmatch(text) is not None


def dedup_key(source, body):
    """From the body: X-GitHub-Delivery is not signed, and whoever changed it would let a copy through."""
    digest = hashlib.sha256(f"body\0{source}\0".encode())
    digest.update(body)
    return digest.hexdigest()


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_trace(header):
    """X-Ray's header, and the same as W3C has it. A request whose sender has made no segment of its own has no
    parent."""
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


def to_message(attributes, **data):
    """`data` is either `data_base64` or `dataref`; what is None is left out."""
    members = {"specversion": "1.0", **attributes, **data}
    present = {name: value for name, value in members.items() if value is not None}
    return json.dumps(present, separators=(",", ":"))
