"""``site.toml``: what the operator of a site decides."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from operations.platform.load import faults, read
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

HTTPS = 443
Port = Annotated[int, Field(ge=1, le=65535)]
HOST = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"
WAY_OUT = HOST.removesuffix("$") + r"(:[1-9]\d{0,4})?$"


class Values(BaseModel):
    """The file, checked. What each value means is said in the file itself, from `TEMPLATE`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["production", "staging"]
    project: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    host: Annotated[str, StringConstraints(pattern=HOST)]
    bind: Annotated[str, StringConstraints(pattern=r"^(\d{1,3}\.){3}\d{1,3}$|^\[[0-9a-f:]+\]$")]
    https_port: Port
    http_port: Port
    tag: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")]
    notify_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/]+$")]
    notify_template_id: Annotated[str, StringConstraints(min_length=1)]
    brand: Literal["generic", "govuk"]
    service_name: Annotated[str, StringConstraints(pattern=r"^[^\n$]+$")]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    signatures: Literal["egress", "local"]
    egress_allowed: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=WAY_OUT)], ...], Field(strict=False)
    ]
    certificate_file: str
    disk_encryption: Literal["host", "elsewhere"]
    key_file: Annotated[str, StringConstraints(pattern=r"^/")]

    @property
    def base_url(self) -> str:
        """The address at which people reach the service."""
        return f"https://{self.host}" + ("" if self.https_port == HTTPS else f":{self.https_port}")


TEMPLATE = """\
# What the operator of this site decides. Read by `ct-ops`; nothing here is a secret.
# Secrets are kept apart: ct-ops secret set notify_api_key < FILE

# production or staging.
kind = "production"
# The name that its containers, networks and volumes begin with. Do not change it once the site has run.
project = "correspondence"

# The name at which people reach the service. To be filled in.
host = ""
# Where the service is published on this host: the address and the two ports.
bind = "0.0.0.0"
https_port = 443
http_port = 80
# A PEM file with key, certificate and chain for `host`, by an authority that browsers know. Empty: our own.
certificate_file = ""

# The tag of the images that `up` starts with; `ct-ops deploy` changes what runs.
tag = "local"

# GOV.UK Notify. The template has the fields ((subject)) and ((body)). To be filled in.
notify_url = "https://api.notifications.service.gov.uk"
notify_template_id = ""

# The page header: generic, or govuk for a service on gov.uk.
brand = "generic"
service_name = "Correspondence Tool"
log_level = "INFO"

# Virus signatures: egress (fetched through the proxy) or local (a closed network: a test signature only).
signatures = "egress"
# The hosts that the egress proxy lets through, by 443 unless a port follows ("name:8443"); empty for those of
# platform.toml.
egress_allowed = []

# host: database and cache lie on an encrypted disk of this host, which `up` looks for.
# elsewhere: they are encrypted in a way that cannot be seen from here, and you answer for it.
disk_encryption = "host"
# The key that opens the secrets. Keep a copy of it away from this host, and never beside the secrets.
key_file = "/etc/correspondence/age.key"
"""

TO_FILL_IN = {"host": "to-be-filled-in", "notify_template_id": "to-be-filled-in"}


def with_lines(text: str, given: Mapping[str, object]) -> str:
    """The text of a ``site.toml`` with these values, each in its own line; comments stay."""
    for key, value in given.items():
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        # A function, because a replacement text would have its backslashes read.
        text, found = re.subn(rf"(?m)^{key}\s*=.*$", _always(line), text, count=1)
        if not found:
            text = f"{text.rstrip()}\n{line}\n"
    return text


def _always(line: str) -> Callable[[re.Match[str]], str]:
    return lambda _: line


def load(path: Path, *, unfinished: bool = False) -> Values:
    """The values of a site.

    Args:
        path: the file.
        unfinished: take what is still to be filled in for filled in.

    Raises:
        Trouble: the file is missing or broken, or has not been filled in yet.
    """
    if not path.is_file():
        raise Trouble(
            f"There is no site in {path.parent}.", "Make one with: ct-ops up production --host NAME"
        )
    tables = read(path)
    if unfinished:
        tables = {key: value or TO_FILL_IN.get(key, value) for key, value in tables.items()}
    if empty := [key for key in TO_FILL_IN if tables.get(key) == ""]:
        raise Trouble(
            f"{path} has yet to be filled in: {', '.join(empty)}.", "Edit the file, then run this again."
        )
    try:
        return Values.model_validate(tables)
    except ValidationError as error:
        raise Trouble(f"{path} cannot be used:", faults(error)) from error
