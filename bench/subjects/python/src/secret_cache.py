import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rejection import cannot_verify

# How many seconds the store may take for a previous secret, and for how many it is left alone if it has not answered.
PREVIOUS_TIMEOUT = 1
PREVIOUS_PAUSE = 2


@dataclass
class Entry:
    secrets: list
    # Whether the store has answered for the previous version too, of which there may be none.
    is_previous_known: bool
    # Until when they are used without a look.
    until: float
    # From when on a signature that does not fit causes a look.
    next_look: float


class SecretCache:
    """The secrets of each source, the one in force first: kept for a while, and looked up once more when none of them
    fits, so that a rotation loses nothing. Only such a look asks for the previous secret, which is seldom needed.
    `get_secret(name, stage)` gives a value, or None if there is none."""

    def __init__(self, config, get_secret):
        self._folder = config.secret_folder
        self._ttl = config.secret_ttl
        self._refresh = config.secret_refresh
        self._get_secret = get_secret
        self._entries = {}
        # A call of boto3 cannot be ended from outside, but need not be waited for.
        self._executor = ThreadPoolExecutor()

    def get(self, source):
        known = self._entries.get(source)
        if known and time.monotonic() < known.until:
            return known
        return self._keep(source, [self._current(source)], is_previous_known=False, next_look=float("-inf"))

    def refresh(self, source):
        """For secrets that `get` has given and that do not fit. The same ones if it is too early to look again: a flood
        of wrong signatures is not a flood of calls."""
        known = self._entries[source]
        if time.monotonic() < known.next_look:
            return known
        # Before the look: it counts even if the store does not answer.
        known.next_look = self._next_look(known.is_previous_known)
        secrets = [self._current(source)]
        look = self._executor.submit(self._get_secret, self._name(source), "AWSPREVIOUS")
        try:
            previous = look.result(PREVIOUS_TIMEOUT)
            is_previous_known = True
        except Exception:
            # The current one may fit all the same.
            previous = None
            is_previous_known = False
        if previous is not None and not _is_blank(previous):
            secrets.append(previous)
        return self._keep(source, secrets, is_previous_known, self._next_look(is_previous_known))

    def _current(self, source):
        current = self._get_secret(self._name(source), "AWSCURRENT")
        if current is None:
            raise cannot_verify("secret_missing")
        # With a blank secret anybody could sign.
        if _is_blank(current):
            raise cannot_verify("secret_blank")
        return current

    def _keep(self, source, secrets, is_previous_known, next_look):
        entry = Entry(secrets, is_previous_known, time.monotonic() + self._ttl, next_look)
        self._entries[source] = entry
        return entry

    def _next_look(self, is_previous_known):
        return time.monotonic() + (self._refresh if is_previous_known else PREVIOUS_PAUSE)

    def _name(self, source):
        return f"{self._folder}/{source}"


def _is_blank(secret):
    return not secret.strip(b" \t\r\n")
