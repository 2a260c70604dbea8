"""The cache: values in Valkey or Redis that may be gone at any moment.

It makes pages faster and nothing depends on it. Where it is down, full, read-only or silent, it answers as
if it held nothing: pages are slower, never broken. Values are JSON, and each key has an expiry, so that the
server may drop what it needs to and the broker's keys, which have none, are left alone.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import redis
import structlog
from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

log = structlog.get_logger(__name__)

WAIT_SECONDS = 0.5
"""The longest that a page waits for one answer of the cache."""

REST_SECONDS = 5
"""For so long the cache is left alone after it failed; then one caller tries it."""


class JSON:
    """Values as JSON: whoever can write to the cache must not be able to run code with it."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value, separators=(",", ":"))

    def loads(self, kept: bytes | str) -> Any:
        """The value; None, as if it were not there, for what none of ours wrote."""
        try:
            return json.loads(kept)
        except ValueError:
            return None


class Breaker:
    """Whether the cache is worth asking, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_try: float | None = None

    def lets_through(self) -> bool:
        """True while all is well, and for one caller once the rest is over."""
        if self._next_try is None:
            return True
        with self._lock:
            if self._next_try is None:
                return True
            now = time.monotonic()
            if now < self._next_try:
                return False
            self._next_try = now + REST_SECONDS
            return True

    def failed(self, trouble: Exception) -> None:
        with self._lock:
            was_well, self._next_try = self._next_try is None, time.monotonic() + REST_SECONDS
        if was_well:
            log.warning("The cache is away: pages go on without it.", error=type(trouble).__qualname__)

    def worked(self) -> None:
        if self._next_try is None:
            return
        with self._lock:
            self._next_try = None
        log.info("The cache is back.")


breaker = Breaker()


class Client(RedisCacheClient):
    """Django's client, with two things more."""

    def tally(self, keys: Iterable[str], seconds: int) -> list[tuple[int, int]]:
        """Count one more for each key, in one round trip and without a moment in between."""
        pipeline = self.get_client(None, write=True).pipeline(transaction=True)
        for key in keys:
            pipeline.set(key, 0, ex=seconds, nx=True)
            pipeline.incr(key)
            pipeline.ttl(key)
        answers = pipeline.execute()
        return [(int(answers[at + 1]), int(answers[at + 2])) for at in range(0, len(answers), 3)]

    def hang_up(self) -> None:
        """Close the connections: what is behind the address may be another server by now."""
        pools: dict[int, redis.ConnectionPool] = vars(self)["_pools"]
        for pool in pools.values():
            pool.disconnect()


class Cache(RedisCache):
    """Django's cache over Redis, guarded."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client
        self._options = {
            "serializer": JSON,
            "socket_timeout": WAIT_SECONDS,
            "socket_connect_timeout": WAIT_SECONDS,
            "socket_keepalive": True,
            "retry": Retry(NoBackoff(), 0),
        }

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int:
        """Seconds until the key goes.

        Raises:
            ValueError: a key without an expiry was asked for.
        """
        if timeout is None:
            raise ValueError("Each key of the cache has an expiry.")
        return int(super().get_backend_timeout(timeout) or 0)

    def tally(self, keys: Iterable[str], *, seconds: int) -> dict[str, tuple[int, int]]:
        """Count one more for each key.

        The time begins with the first count of a key and ends for all its counts together.

        Returns:
            For each key how many there were, and in how many seconds counting begins again; nothing where
            the cache is away.
        """
        made = {key: self.make_and_validate_key(key) for key in keys}
        nothing: list[tuple[int, int]] = []
        counts = self._asked(lambda: self._client.tally(made.values(), seconds), away=nothing)
        return dict(zip(made, counts, strict=False))

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._asked(lambda: super(Cache, self).add(key, value, timeout, version), away=False)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._asked(lambda: super(Cache, self).get(key, default, version), away=default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._asked(lambda: super(Cache, self).set(key, value, timeout, version), away=None)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._asked(lambda: super(Cache, self).touch(key, timeout, version), away=False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._asked(lambda: super(Cache, self).delete(key, version), away=False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return self._asked(lambda: super(Cache, self).get_many(keys, version), away={})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._asked(lambda: super(Cache, self).has_key(key, version), away=False)

    def set_many(
        self, data: Mapping[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        return self._asked(
            lambda: list(super(Cache, self).set_many(dict(data), timeout, version)), away=list(data)
        )

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self._asked(lambda: super(Cache, self).delete_many(list(keys), version), away=None)

    def clear(self) -> None:
        self._asked(lambda: super(Cache, self).clear(), away=None)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Refused: a key that goes in between would come back without an expiry. ``tally`` counts."""
        raise NotImplementedError

    @property
    def _client(self) -> Client:
        client = self._cache
        assert isinstance(client, Client)  # noqa: S101 - made by the class named above
        return client

    def _asked[T](self, ask: Callable[[], T], *, away: T) -> T:
        if not breaker.lets_through():
            return away
        try:
            answer = ask()
        except (redis.RedisError, OSError) as trouble:
            breaker.failed(trouble)
            self._client.hang_up()
            return away
        breaker.worked()
        return answer


def shared() -> Cache:
    """The cache of all processes; the object belongs to this thread."""
    cache = caches["default"]
    assert isinstance(cache, Cache)  # noqa: S101 - the settings name no other
    return cache
