import json
from dataclasses import dataclass

DEFAULT_CONTENT_TYPES = [
    "application/json",
    "application/*+json",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "text/plain",
]

# A DLQ message has attributes with the reason. They count towards the size limit of a message.
DEAD_LETTER_RESERVE_BYTES = 1024


@dataclass(frozen=True)
class Config:
    """The function's settings. All are validated at the start: an invalid configuration fails the deployment, not the
    first request."""

    # The accepted content types, by source.
    sources: dict
    queue_url: str
    payload_bucket: str
    max_event_bytes: int
    secret_path: str
    secret_ttl_seconds: int
    secret_refresh_seconds: int


def read_config(environment):
    return Config(
        sources=_read_sources(environment["HOOKLINE_SOURCES"]),
        queue_url=environment["HOOKLINE_QUEUE_URL"],
        payload_bucket=environment["HOOKLINE_PAYLOAD_BUCKET"],
        max_event_bytes=int(environment["HOOKLINE_MAX_MESSAGE_BYTES"]) - DEAD_LETTER_RESERVE_BYTES,
        secret_path=f"{environment['HOOKLINE_PREFIX']}/sources",
        secret_ttl_seconds=int(environment["HOOKLINE_SECRET_TTL_SECONDS"]),
        secret_refresh_seconds=int(environment["HOOKLINE_SECRET_REFRESH_SECONDS"]),
    )


def _read_sources(text):
    sources = {}
    for name, source in json.loads(text).items():
        if source["sender"] != "github":
            raise ValueError(f"source `{name}` has the unknown sender `{source['sender']}`")
        sources[name] = source.get("content_types", DEFAULT_CONTENT_TYPES)
    return sources
