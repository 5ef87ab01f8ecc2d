"""GitHub's signature: X-Hub-Signature-256 is `sha256=` and the HMAC-SHA256 over the exact body in hex.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hmac
import re

from rejection import not_authentic

FORM = re.compile(r"sha256=([0-9a-f]{64})")


def read_signature(headers):
    """The one signature. Which of several another reader would believe is not ours to guess."""
    values = headers.get("x-hub-signature-256", [])
    if not values:
        raise not_authentic("signature_missing")
    if len(values) > 1:
        raise not_authentic("signature_duplicate")
    match = FORM.fullmatch(values[0])
    if not match:
        raise not_authentic("signature_malformed")
    return bytes.fromhex(match[1])


def is_signed(signature, body, secrets):
    return any(hmac.compare_digest(hmac.digest(secret, body, "sha256"), signature) for secret in secrets)
