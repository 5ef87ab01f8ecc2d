import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rejection import cannot_verify

# Timeout of a lookup of a previous secret, and the wait before the next lookup if it fails, in seconds.
PREVIOUS_TIMEOUT_SECONDS = 1
PREVIOUS_RETRY_SECONDS = 2


@dataclass
class Entry:
    secrets: list
    # Whether the lookup of the previous version succeeded. There may be no previous version.
    is_previous_known: bool
    # When the secrets have to be looked up again.
    expires_at: float
    # The earliest time at which a signature mismatch causes a lookup.
    next_refresh_at: float


class SecretCache:
    """A cache of each source's secrets, the current one first. When no cached secret matches a signature, `refresh`
    looks them up again, so no request is lost during a rotation. Only `refresh` looks up the previous secret, which is
    rarely needed. `get_secret(name, stage)` returns a value, or None if the store has none."""

    def __init__(self, config, get_secret):
        self._path = config.secret_path
        self._ttl_seconds = config.secret_ttl_seconds
        self._refresh_seconds = config.secret_refresh_seconds
        self._get_secret = get_secret
        self._entries = {}
        # A call of boto3 cannot be cancelled, but in another thread the request need not wait for it.
        self._executor = ThreadPoolExecutor()

    def get(self, source):
        cached = self._entries.get(source)
        if cached and time.monotonic() < cached.expires_at:
            return cached
        secrets = [self._get_current(source)]
        return self._store(source, secrets, is_previous_known=False, next_refresh_at=float("-inf"))

    def refresh(self, source):
        """Looks up the secrets again, after those from `get` did not match a signature. Returns the same entry if the
        last lookup was too recent: many wrong signatures must not cause many calls."""
        cached = self._entries[source]
        if time.monotonic() < cached.next_refresh_at:
            return cached
        # Set before the lookup, so a failed lookup counts too.
        cached.next_refresh_at = self._next_refresh_at(cached.is_previous_known)
        secrets = [self._get_current(source)]
        lookup = self._executor.submit(self._get_secret, self._secret_name(source), "AWSPREVIOUS")
        try:
            previous = lookup.result(PREVIOUS_TIMEOUT_SECONDS)
            is_previous_known = True
        except Exception:
            # The current secret may match without the previous one.
            previous = None
            is_previous_known = False
        if previous is not None and not _is_blank(previous):
            secrets.append(previous)
        return self._store(source, secrets, is_previous_known, self._next_refresh_at(is_previous_known))

    def _get_current(self, source):
        current = self._get_secret(self._secret_name(source), "AWSCURRENT")
        if current is None:
            raise cannot_verify("secret_missing")
        # An attacker can guess a blank secret.
        if _is_blank(current):
            raise cannot_verify("secret_blank")
        return current

    def _store(self, source, secrets, is_previous_known, next_refresh_at):
        entry = Entry(secrets, is_previous_known, time.monotonic() + self._ttl_seconds, next_refresh_at)
        self._entries[source] = entry
        return entry

    def _next_refresh_at(self, is_previous_known):
        return time.monotonic() + (self._refresh_seconds if is_previous_known else PREVIOUS_RETRY_SECONDS)

    def _secret_name(self, source):
        return f"{self._path}/{source}"


def _is_blank(secret):
    return not secret.strip(b" \t\r\n")
