import json
from dataclasses import dataclass

USUAL_CONTENT_TYPES = [
    "application/json",
    "application/*+json",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "text/plain",
]

# A message that goes to the dead-letter queue takes its reason along as attributes, which count towards the limit too.
DEAD_LETTER_RESERVE_BYTES = 1024


@dataclass(frozen=True)
class Config:
    """Everything is checked at the start: a function that cannot work fails its deployment, not its first request."""

    # The content types that each source may send.
    sources: dict
    queue_url: str
    payload_bucket: str
    max_event_bytes: int
    secret_folder: str
    secret_ttl: int
    secret_refresh: int


def read_config(environment):
    return Config(
        sources=_sources(environment["HOOKLINE_SOURCES"]),
        queue_url=environment["HOOKLINE_QUEUE_URL"],
        payload_bucket=environment["HOOKLINE_PAYLOAD_BUCKET"],
        max_event_bytes=int(environment["HOOKLINE_MAX_MESSAGE_BYTES"]) - DEAD_LETTER_RESERVE_BYTES,
        secret_folder=f"{environment['HOOKLINE_PREFIX']}/sources",
        secret_ttl=int(environment["HOOKLINE_SECRET_TTL_SECONDS"]),
        secret_refresh=int(environment["HOOKLINE_SECRET_REFRESH_SECONDS"]),
    )


def _sources(text):
    sources = {}
    for name, source in json.loads(text).items():
        if source["scheme"] != "github":
            raise ValueError(f"source {name}: unknown scheme {source['scheme']}")
        sources[name] = source.get("content_types", USUAL_CONTENT_TYPES)
    return sources
