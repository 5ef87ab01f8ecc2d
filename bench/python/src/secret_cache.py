import time
from dataclasses import dataclass

from rejection import cannot_verify


@dataclass
class Entry:
    secrets: list
    # Until when they are used without a look.
    until: float
    # When a signature that did not fit last caused a look.
    looked: float


class SecretCache:
    """The secrets of each source, the one in force first: kept for a while, and looked up once more when none of them
    fits, so that a rotation loses nothing. `get_secret(name, stage)` gives a value, or None if there is none."""

    def __init__(self, config, get_secret):
        self._folder = config.secret_folder
        self._ttl = config.secret_ttl
        self._refresh = config.secret_refresh
        self._get_secret = get_secret
        self._entries = {}

    def get(self, source):
        entry = self._entries.get(source)
        if entry and time.monotonic() < entry.until:
            return entry.secrets
        return self._fetch(source, entry.looked if entry else float("-inf"))

    def refresh(self, source):
        """For secrets that `get` has given and that do not fit. None if it is too early to look again: a flood of wrong
        signatures is not a flood of calls."""
        entry = self._entries[source]
        now = time.monotonic()
        if now - entry.looked < self._refresh:
            return None
        entry.looked = now
        return self._fetch(source, now)

    def _fetch(self, source, looked):
        name = f"{self._folder}/{source}"
        current, previous = self._get_secret(name, "AWSCURRENT"), self._get_secret(name, "AWSPREVIOUS")
        if current is None:
            raise cannot_verify("secret_missing")
        # With a blank secret anybody could sign.
        if not current.strip(b" \t\r\n"):
            raise cannot_verify("secret_blank")
        secrets = [current, previous] if previous and previous.strip(b" \t\r\n") else [current]
        self._entries[source] = Entry(secrets, time.monotonic() + self._ttl, looked)
        return secrets
