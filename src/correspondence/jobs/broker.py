"""Dramatiq over Valkey: it carries ids of job rows to workers, and nothing depends on its memory."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import CurrentMessage, TimeLimit
from redis.backoff import NoBackoff
from redis.retry import Retry

from correspondence.core import settings
from correspondence.jobs import kinds, worker
from correspondence.jobs.errors import BrokerAway
from correspondence.jobs.middleware import JobConnections, JobMetrics

if TYPE_CHECKING:
    from collections.abc import Collection

    from dramatiq import Actor

    from correspondence.jobs.kinds import Queue

NAMESPACE = "correspondence"


@lru_cache(maxsize=1)
def connected() -> RedisBroker:
    """The broker of this process, with one actor for each queue.

    Retries, age limits and delays are the table's: Dramatiq's own are left out, so that there is one master.
    """
    client = redis.Redis.from_url(
        settings.current().redis_url.get_secret_value(),
        socket_timeout=3,
        socket_connect_timeout=1,
        socket_keepalive=True,
        health_check_interval=2,
        # Once more at once, for a connection that the server closed meanwhile. Waiting is the dispatcher's.
        retry=Retry(NoBackoff(), 1),
    )
    broker: RedisBroker = RedisBroker(  # type: ignore[no-untyped-call]  # its constructor has no annotations
        client=client,
        namespace=NAMESPACE,
        heartbeat_timeout=60_000,
        middleware=[CurrentMessage(), TimeLimit(), JobConnections(), JobMetrics()],
    )
    for queue in kinds.QUEUES.values():
        _add_actor(broker, queue)
    return broker


def _add_actor(broker: RedisBroker, queue: Queue) -> None:
    def run(job_id: int) -> None:
        worker.run(job_id, queue.name)

    dramatiq.actor(
        actor_name=_actor_name(queue.name),
        queue_name=queue.name,
        broker=broker,
        time_limit=queue.time_limit * 1000,
    )(run)


def send(job_id: int, queue: str) -> str:
    """Send a job's id to the workers.

    Returns:
        The id under which the broker holds the message until it was dealt with.

    Raises:
        BrokerAway: the broker did not take it.
    """
    broker = connected()
    actor: Actor[[int], None] = broker.get_actor(_actor_name(queue))
    try:
        sent = broker.enqueue(actor.message(job_id))
    except (redis.RedisError, OSError) as trouble:
        raise BrokerAway from trouble
    return str(sent.options["redis_message_id"])


def forgotten(queue: str, broker_ids: Collection[str]) -> set[str]:
    """Those of these messages that the broker does not hold any more.

    Raises:
        BrokerAway: it cannot be asked.
    """
    try:
        pipeline = connected().client.pipeline(transaction=False)
        for broker_id in broker_ids:
            pipeline.hexists(f"{NAMESPACE}:{queue}.msgs", broker_id)
        held = pipeline.execute()
    except (redis.RedisError, OSError) as trouble:
        raise BrokerAway from trouble
    return {broker_id for broker_id, there in zip(broker_ids, held, strict=True) if not there}


def in_line(queue: str) -> set[str]:
    """The messages that no worker has fetched yet.

    Raises:
        BrokerAway: it cannot be asked.
    """
    try:
        waiting = connected().client.lrange(f"{NAMESPACE}:{queue}", 0, -1)
    except (redis.RedisError, OSError) as trouble:
        raise BrokerAway from trouble
    return {str(broker_id, "utf-8") if isinstance(broker_id, bytes) else broker_id for broker_id in waiting}


def _actor_name(queue: str) -> str:
    return f"run_{queue}"
