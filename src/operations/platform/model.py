"""What ``deploy/platform.toml`` may hold. Every table is closed: an unknown key is refused by its name."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Amount = Annotated[int, Field(ge=1)]
Version = Annotated[str, StringConstraints(pattern=r"^v?\d+(\.\d+)*$")]


# TOML has lists where these objects, which do not change, have tuples.
Names = Annotated[tuple[Name, ...], Field(strict=False)]
Ports = Annotated[tuple[Port, ...], Field(strict=False)]
Texts = Annotated[tuple[str, ...], Field(strict=False)]


class Table(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Naming(Table):
    """The table [platform]."""

    name: Name
    base_image: str
    base_digest: Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")]
    python: Version


class Image(Table):
    """[images.NAME]: how one image is built."""

    folder: Name
    title: str
    target: str = ""
    site: bool = True
    """Whether a production site needs it; the others serve development and tests."""


class Published(Table):
    """The ports of the host that lead in."""

    https: Port
    http: Port


class Site(Table):
    """The table [site]."""

    profiles: Names
    published: Published
    up_seconds: Amount
    ready_seconds: Amount
    rollback_seconds: Amount
    drain_seconds: Annotated[int, Field(ge=0)]
    surge: Amount
    settle_seconds: Annotated[int, Field(ge=0)]


class Staging(Table):
    """[staging]: in what a staging site differs."""

    profiles: Names
    replicas: dict[Name, Amount]


class Part(Table):
    """[parts.NAME]: containers with the same settings."""

    image: Name
    networks: Annotated[Names, Field(min_length=1)]
    listens: dict[Name, Ports]
    memory_mb: Amount
    stop_seconds: Amount
    boxes: Texts
    instances: Amount | None = None
    replicas: Amount | None = None
    least: Amount | None = None
    most: Amount | None = None
    volume: Annotated[str, StringConstraints(pattern=r"^/")] | None = None

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if self.instances is not None and self.replicas is not None:
            raise ValueError("a part has 'instances' (named containers) or 'replicas' (scaled), not both")
        if (self.replicas is None) != (self.least is None) or (self.replicas is None) != (self.most is None):
            raise ValueError("'replicas', 'least' and 'most' belong together")
        if self.replicas is not None and not self.bounds[0] <= self.replicas <= self.bounds[1]:
            raise ValueError("'replicas' must lie between 'least' and 'most'")
        for network in self.listens:
            if network not in self.networks:
                raise ValueError(f"listens on the network '{network}', to which it is not attached")
        return self

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most replicas that this part is scaled to."""
        return self.least or 1, self.most or 1

    def services(self, name: str) -> tuple[str, ...]:
        """The names that its containers have as services of Compose."""
        return tuple(f"{name}-{n}" for n in range(1, self.instances + 1)) if self.instances else (name,)


class Network(Table):
    """[networks]: one tier border."""

    internal: bool
    what: str


class Pool(Table):
    """The table [pool]."""

    server_connections: Amount
    client_connections: Amount
    wait_seconds: Amount


class Database(Table):
    """The table [database]."""

    name: str
    owner: str
    application: str
    max_connections: Amount
    shared_buffers_mb: Amount
    lock_timeout_ms: Amount
    statement_timeout_ms: Amount
    idle_in_transaction_ms: Amount


class Patroni(Table):
    """The table [patroni]."""

    ttl: Annotated[int, Field(ge=20)]
    loop_wait: Amount
    retry_timeout: Amount
    synchronous_nodes: Amount

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.loop_wait + 2 * self.retry_timeout > self.ttl:
            raise ValueError("loop_wait and twice retry_timeout together must not exceed ttl")
        return self


class Valkey(Table):
    """The table [valkey]."""

    maxmemory_mb: Amount
    down_after_ms: Amount
    failover_timeout_ms: Amount
    quorum: Amount


class App(Table):
    """The table [app]."""

    processes: Amount
    threads: Amount
    max_connections: Amount


class Waiting(Table):
    """[waiting]: the chain of time limits."""

    pool_seconds: Amount
    app_seconds: Amount
    web_seconds: Amount
    balancer_seconds: Amount
    keepalive_server_seconds: Amount
    keepalive_balancer_seconds: Amount
    keepalive_web_seconds: Amount

    @model_validator(mode="after")
    def _grows_outward(self) -> Self:
        if not self.pool_seconds < self.app_seconds < self.web_seconds < self.balancer_seconds:
            raise ValueError("waiting must grow outward: pool < app < web < balancer")
        if not self.keepalive_server_seconds > self.keepalive_balancer_seconds > self.keepalive_web_seconds:
            raise ValueError("idle connections must be kept longest by the servers: server > balancer > web")
        return self


class Limits(Table):
    """The table [limits]."""

    requests_in_ten_seconds: Amount
    connections: Amount
    body_mb: Amount


class Objects(Table):
    """The table [objects]."""

    documents_bucket: str
    backup_bucket: str
    region: str


class Preflight(Table):
    """The table [preflight]."""

    docker: Version
    compose: Version
    memory_mb: Amount
    disk_mb: Amount


class Platform(Table):
    """The whole file."""

    platform: Naming
    versions: dict[Name, Version]
    images: dict[Name, Image]
    names: dict[Name, str]
    site: Site
    staging: Staging
    parts: dict[Name, Part]
    networks: dict[Name, Network]
    certificates: dict[Name, Names]
    egress: dict[Name, Texts]
    pool: Pool
    database: Database
    patroni: Patroni
    valkey: Valkey
    app: App
    waiting: Waiting
    limits: Limits
    objects: Objects
    preflight: Preflight
    targets: dict[str, int]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for name, part in self.parts.items():
            if part.image not in self.images:
                raise ValueError(f"parts.{name}.image: there is no image '{part.image}'")
            for network in part.networks:
                if network not in self.networks:
                    raise ValueError(f"parts.{name}.networks: there is no network '{network}'")
        for name in self.staging.replicas:
            if name not in self.parts or self.parts[name].replicas is None:
                raise ValueError(f"staging.replicas: '{name}' is no part with replicas")
        return self

    @property
    def scaled(self) -> tuple[str, ...]:
        """The parts that have replicas."""
        return tuple(name for name, part in self.parts.items() if part.replicas is not None)
