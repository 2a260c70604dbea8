"""Inside the running containers: nobody is root, nothing can be changed, and no secret lies about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.platform.lab import engine
from tests.platform.lab.figures import PARTS, PLATFORM
from tests.platform.lab.site import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.platform.lab.engine import Container
    from tests.platform.lab.report import Report
    from tests.platform.lab.site import Lab, Site

SHORTEST_SECRET = 12
MEGABYTE = 1024**2


def test_settings_of_each_container(site: Site, lab: Lab) -> None:
    stubs = engine.containers(lab.project)
    wrong = [f"{one.service}: {words}" for one in [*site.containers(), *stubs] for words in _weaknesses(one)]
    assert not wrong, "\n".join(wrong)


def _weaknesses(one: Container) -> Iterator[str]:
    host, config = one.about["HostConfig"], one.about["Config"]
    checks: dict[str, Any] = {
        "it is privileged": host["Privileged"],
        "its root can be written to": not host["ReadonlyRootfs"],
        "it keeps capabilities": host["CapDrop"] != ["ALL"] or host["CapAdd"],
        "it may gain privileges": "no-new-privileges:true" not in (host["SecurityOpt"] or ()),
        "it has no limit of memory": not host["Memory"],
        "it has no limit of processes": not host["PidsLimit"] or host["PidsLimit"] < 0,
        "it has no init": not host["Init"],
        "it shares a namespace with the host": "host"
        in (host["NetworkMode"], host["PidMode"], host["IpcMode"], host["UsernsMode"], host["UTSMode"]),
        "it has a device": host["Devices"],
        "it does not come back by itself": host["RestartPolicy"]["Name"] != "unless-stopped",
        "it has no health check": not (config.get("Healthcheck") or {}).get("Test"),
        "it is not well": not one.runs,
        "its user is root": config["User"] in ("", "0", "root", "0:0"),
    }
    yield from (words for words, holds in checks.items() if holds)
    for mount in one.about["Mounts"]:
        source = str(mount.get("Source", ""))
        if "docker.sock" in source or "containerd" in source:
            yield "it has the engine's socket"
        if (
            mount["Type"] == "bind"
            and mount["RW"]
            and not source.endswith(".pem")
            and "/secrets/" not in source
        ):
            yield f"it can write to the host: {source}"
    if (part := PARTS.get(one.service)) and host["Memory"] != PLATFORM.parts[part].memory_mb * MEGABYTE:
        yield f"its limit of memory is {host['Memory'] // MEGABYTE} MB, not that of the table"


def test_processes_are_nobody_special(site: Site) -> None:
    """As the kernel sees them: no process of any container is root's, holds a capability or may gain one."""
    wrong = []
    for one in site.containers():
        for pid, command in one.processes():
            told = _status(pid)
            if told and (
                told["Uid"].split()[1] == "0"
                or any(int(told[held], 16) for held in ("CapEff", "CapPrm", "CapBnd"))
                or told["NoNewPrivs"] != "1"
                or told["Seccomp"] != "2"
            ):
                wrong.append(f"{one.service}: {command[:60]}: {told['Uid']} {told['CapBnd']}")
    assert not wrong, "\n".join(wrong)


def _status(pid: int) -> dict[str, str]:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


def test_root_cannot_be_written_to(site: Site) -> None:
    writable = []
    for one in site.containers():
        for folder in ("/", "/etc", "/usr/local/bin", "/srv", "/var/lib"):
            ended = engine.run("docker", "exec", one.ident, "sh", "-c", f"touch {folder}/drill")
            if ended.returncode == 0:
                writable.append(f"{one.service}: {folder}")
    assert not writable, writable


def _secrets(site: Site) -> dict[str, str]:
    """Every secret by its name, whole; of a PEM file the lines of its key."""
    found: dict[str, str] = {}
    for path in sorted(site.secret("ca.pem").parent.iterdir()):
        text = path.read_text(encoding="utf-8").strip()
        if "PRIVATE KEY" in text:
            text = text.split("PRIVATE KEY-----")[1].split("-----END")[0].split()[0]
        elif path.suffix == ".pem":
            continue
        if path.name == "document_keys":
            found |= {f"{path.name} {version}": key for version, key in json.loads(text).items()}
        elif len(text) >= SHORTEST_SECRET:
            found[path.name] = text
    assert len(found) > 10, "the secrets were not found, so looking for them proves nothing"
    return found


def test_no_secret_lies_about(site: Site, lab: Lab) -> None:
    """Neither in the settings of a container, nor in its logs, nor in the environment of a process."""
    secrets, found = _secrets(site), []
    for one in site.containers():
        log = engine.run("docker", "logs", one.ident)
        places = {"settings": json.dumps(one.about), "log": log.stdout + log.stderr}
        for pid, command in one.processes():
            if one.service == "objects" and command.startswith("versitygw"):
                continue  # It takes its keys from its environment alone; nothing else there has them.
            places[f"environment of {command[:40]}"] = _environment(pid)
            places[f"command line of {command[:40]}"] = command
        found += [
            f"{name} in the {place} of {one.service}"
            for name, secret in secrets.items()
            for place, text in places.items()
            if secret in text
        ]
    assert not found, "\n".join(sorted(set(found)))
    # The lab's own stand-in has its key in its environment: looking the same way has to find it there.
    (stub,) = engine.containers(lab.project, service="notify")
    assert secrets["notify_api_key"] in json.dumps(stub.about)


def _environment(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def test_no_secret_in_a_layer(site: Site) -> None:
    secrets = _secrets(site)
    for image in _images(site):
        history = engine.must("docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", image)
        settings = engine.must("docker", "image", "inspect", image)
        told = history + settings
        assert not [name for name, secret in secrets.items() if secret in told], image
        for word in ("PASSWORD=", "SECRET_KEY=", "API_KEY=", "PRIVATE KEY"):
            assert word not in told, f"{image}: {word}"


def test_no_key_file_in_an_image(site: Site) -> None:
    """In the file systems of the images, as the containers see them: no private key, no source control."""
    script = (
        "find / -xdev \\( -path /proc -o -path /sys -o -path /run \\) -prune -o -type f -size -64k"
        " \\( -name '*.pem' -o -name '*.key' -o -name '*.age' -o -name '.env' -o -name 'id_*' "
        " -o -path '*/.git/*' \\)"
        " -print 2>/dev/null | xargs -r grep -l -e 'PRIVATE KEY' -e 'AGE-SECRET' 2>/dev/null || true"
    )
    for one in _one_of_each_image(site):
        found = one.execute("sh", "-c", script).split()
        assert not found, f"{one.service}: {found}"


def test_each_image_lists_what_is_in_it(site: Site, report: Report) -> None:
    """The list in the image names every package installed in the running container, with its version."""
    for one in _one_of_each_image(site):
        (path,) = one.execute("sh", "-c", "ls /usr/share/sbom/*.cdx.json").split()
        listed = json.loads(one.execute("cat", path))
        assert listed["bomFormat"] == "CycloneDX"
        names = {(part["name"], part["version"]) for part in listed["components"]}
        installed = one.execute("dpkg-query", "-W", "-f", "${db:Status-Abbrev}\t${Package}\t${Version}\n")
        lines = [line.split("\t") for line in installed.splitlines() if line.startswith("ii")]
        missing = [f"{name} {version}" for _, name, version in lines if (name, version) not in names]
        assert not missing, f"{one.service}: {missing[:5]}"
        assert len(lines) > 50
        report.note(f"SBOM of {Path(path).name.partition('.')[0]}", f"{len(listed['components'])} components")


def test_versions_are_those_of_the_table(site: Site) -> None:
    asked = {
        "postgresql": ("db-1", "postgres --version"),
        "haproxy": ("edge", "haproxy -v"),
        "nginx": ("web-1", "nginx -v 2>&1"),
        "pgbouncer": ("pool-rw", "pgbouncer --version"),
        "valkey": ("valkey-1", "valkey-server --version"),
        "etcd": ("dcs-1", "etcd --version"),
        "patroni": ("db-1", "patroni --version"),
        "pgbackrest": ("db-1", "pgbackrest version"),
        "clamav": ("scanner", "clamd --version"),
        "squid": ("egress", "squid -v"),
    }
    for name, (service, command) in asked.items():
        told = site.container(service).execute("sh", "-c", f"PATH=$PATH:/usr/sbin:/sbin; {command}")
        assert PLATFORM.versions[name].removeprefix("v") in told, f"{name}: {told[:200]}"


def test_labels(site: Site) -> None:
    for image in _images(site):
        (about,) = json.loads(engine.must("docker", "image", "inspect", image))
        labels = about["Config"]["Labels"] or {}
        for label in ("title", "version", "licenses"):
            assert labels.get(f"org.opencontainers.image.{label}"), f"{image} has no label {label}"


def _one_of_each_image(site: Site) -> list[Container]:
    return list({one.about["Image"]: one for one in site.containers()}.values())


def _images(site: Site) -> list[str]:
    return sorted({one.about["Config"]["Image"] for one in site.containers()} | {f"{NAME}/stubs:{site.tag}"})
