"""GitHub's signature: X-Hub-Signature-256 is `sha256=` followed by the HMAC-SHA256 of the exact body in hex.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hmac
import re

from rejection import not_authentic

FORMAT = re.compile(r"sha256=([0-9a-f]{64})")


def read_signature(headers):
    """Returns the bytes of the signature. Rejects a duplicate header: other software may use another of its values."""
    values = headers.get("x-hub-signature-256", [])
    if not values:
        raise not_authentic("signature_missing")
    if len(values) > 1:
        raise not_authentic("signature_duplicate")
    match = FORMAT.fullmatch(values[0])
    if not match:
        raise not_authentic("signature_malformed")
    return bytes.fromhex(match[1])


def is_signed(signature, body, secrets):
    return any(hmac.compare_digest(hmac.digest(secret, body, "sha256"), signature) for secret in secrets)
