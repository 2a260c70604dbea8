"""The stand-in for SSCL holds to the contract, and remembers."""

from __future__ import annotations

import hashlib
import signal
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests
from openapi_spec_validator import validate

from stubs.plan import KINDS
from stubs.sscl.__main__ import main
from stubs.sscl.protocol import KINDS as IDENTIFIERS
from tests.stubs import contract
from tests.stubs.running import TOKEN, RunningSscl, running_sscl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBMISSION: dict[str, Any] = {
    "reference": "261125001",
    "subject": {
        "full_name": "Rhiannon Price",
        "identifiers": [{"kind": "staff_number", "value": "8401172"}],
    },
    "records_from": "2020-01-01",
}
KEY = "sscl-261125001-first"


@pytest.fixture
def sscl(tmp_path: Path) -> Iterator[RunningSscl]:
    with running_sscl(tmp_path) as running:
        yield running


def call(stub: RunningSscl, method: str, path: str, *, token: str = TOKEN, **parts: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", **parts.pop("headers", {})}
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, stub.url + path, headers=headers, timeout=10, **parts)


def submit(stub: RunningSscl, body: Any = SUBMISSION, key: str = KEY) -> requests.Response:
    return call(stub, "POST", "/v1/requests", json=body, headers={"Idempotency-Key": key})


def wishing(value: str) -> dict[str, Any]:
    identifiers = [{"kind": "staff_number", "value": value}]
    return {**SUBMISSION, "subject": {"full_name": "Rhiannon Price", "identifiers": identifiers}}


def when(stub: RunningSscl, request_id: str, status: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        answer = call(stub, "GET", f"/v1/requests/{request_id}")
        assert contract.problems(answer) == []
        if answer.json()["status"] == status:
            told: dict[str, Any] = answer.json()
            return told
        time.sleep(0.02)
    raise AssertionError(f"The request did not become {status}.")


def test_the_contract_is_an_openapi_document() -> None:
    document = contract.document()
    validate(document)
    assert document["openapi"].startswith("3.1")
    kinds = document["components"]["schemas"]["Identifier"]["properties"]["kind"]["enum"]
    assert tuple(kinds) == IDENTIFIERS


def test_the_page_about_it_names_every_operation_and_fault() -> None:
    docs = contract.FILE.parents[3] / "docs"
    page = (docs / "reference" / "sscl.md").read_text("utf-8")
    for path, operations in contract.document()["paths"].items():
        for method, operation in operations.items():
            assert f"| `{operation['operationId']}` | `{method.upper()} {path}` |" in page
    guide = (docs / "how-to" / "develop-with-containers.md").read_text("utf-8")
    assert all(f"`{kind}`" in guide for kind in KINDS)


def test_the_judge_sees_what_is_wrong() -> None:
    assert contract.schema_problems("Request", {"id": "1"}) != []
    assert contract.schema_problems("Submission", {**SUBMISSION, "records_from": "soon"}) != []
    rejected = {"id": str(uuid4()), "reference": "1", "status": "rejected"}
    moments = {"received_at": "2026-11-25T12:00:00Z", "changed_at": "2026-11-25T12:00:00Z"}
    assert contract.schema_problems("Request", {**rejected, **moments}) == ["'reason' is a required property"]


def test_a_request_goes_from_received_to_its_files(sscl: RunningSscl) -> None:
    assert contract.schema_problems("Submission", SUBMISSION) == []
    answer = submit(sscl)
    assert (answer.status_code, contract.problems(answer)) == (202, [])
    request_id = answer.json()["id"]

    early = call(sscl, "GET", f"/v1/requests/{request_id}/files")
    assert (early.status_code, contract.problems(early)) == (409, [])
    when(sscl, request_id, "in_progress")
    when(sscl, request_id, "complete")
    listed = call(sscl, "GET", f"/v1/requests/{request_id}/files")
    assert contract.problems(listed) == []
    assert [file["name"] for file in listed.json()["files"]] == ["personnel-file.txt", "pay-history.csv"]
    for file in listed.json()["files"]:
        fetched = call(sscl, "GET", f"/v1/requests/{request_id}/files/{file['id']}")
        assert contract.problems(fetched) == []
        assert len(fetched.content) == file["size_bytes"]
        assert hashlib.sha256(fetched.content).hexdigest() == file["sha256"]


def test_a_request_may_be_rejected_find_nothing_or_stay_on_its_way(sscl: RunningSscl) -> None:
    ids = {
        wish: submit(sscl, wishing(wish), f"sscl-key-of-{wish:8}".replace(" ", "_")).json()["id"]
        for wish in ("reject", "empty", "never")
    }
    assert when(sscl, ids["reject"], "rejected")["reason"]
    when(sscl, ids["empty"], "complete")
    assert call(sscl, "GET", f"/v1/requests/{ids['empty']}/files").json() == {"files": []}
    assert when(sscl, ids["never"], "in_progress")["status"] == "in_progress"


def test_a_key_stands_for_one_request_through_a_kill(sscl: RunningSscl) -> None:
    first = submit(sscl)
    sscl.stop(signal.SIGKILL)
    sscl.start()
    again = submit(sscl)

    assert (again.status_code, contract.problems(again)) == (200, [])
    assert again.json()["id"] == first.json()["id"]
    other = submit(sscl, {**SUBMISSION, "reference": "261125002"})
    assert (other.status_code, contract.problems(other)) == (409, [])
    assert len(sscl.kept()) == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {**SUBMISSION, "reference": ""},
        {**SUBMISSION, "reference": "x" * 65},
        {**SUBMISSION, "more": 1},
        {**SUBMISSION, "needed_by": "20261125"},
        {**SUBMISSION, "needed_by": 1},
        {**SUBMISSION, "subject": {"full_name": "Rhiannon Price", "identifiers": []}},
        {**SUBMISSION, "subject": {"full_name": "Rhiannon Price"}},
        wishing(""),
        wishing("x" * 201),
    ],
)
def test_what_the_contract_does_not_allow_is_refused(sscl: RunningSscl, body: Any) -> None:
    assert contract.schema_problems("Submission", body) != []
    answer = submit(sscl, body)
    assert (answer.status_code, contract.problems(answer)) == (400, [])
    assert sscl.kept() == []


def test_a_stranger_a_wrong_key_and_a_wrong_address_are_refused(sscl: RunningSscl) -> None:
    for answer, status in (
        (call(sscl, "GET", f"/v1/requests/{uuid4()}", token="another"), 401),
        (submit(sscl, key="short"), 400),
        (call(sscl, "GET", f"/v1/requests/{uuid4()}"), 404),
        (call(sscl, "GET", f"/v1/requests/{uuid4()}/files/{uuid4()}"), 404),
    ):
        assert (answer.status_code, contract.problems(answer)) == (status, [])


def test_every_call_is_remembered_with_its_time_key_and_hash(sscl: RunningSscl) -> None:
    began = time.time()
    answer = submit(sscl)
    sscl.plan(faults=[{"kind": "nothing", "seconds": 0.05}])
    with pytest.raises(requests.ConnectionError):
        submit(sscl)

    first, second = sscl.heard()
    assert began <= first["at"] <= second["at"] <= time.time()
    assert first["key"] == second["key"] == KEY
    sent = answer.request.body
    assert isinstance(sent, bytes)
    assert first["body_sha256"] == second["body_sha256"] == hashlib.sha256(sent).hexdigest()
    assert [(one["status"], one["fault"]) for one in (first, second)] == [(202, ""), (0, "nothing")]


@pytest.mark.parametrize("kind", ["500", "429", "403"])
@pytest.mark.parametrize("done", [True, False])
def test_a_refusal_may_hide_that_it_was_done(sscl: RunningSscl, kind: str, done: bool) -> None:
    sscl.plan(faults=[{"kind": kind, "done": done, "retry_after": 7 if kind == "429" else None}])
    answer = submit(sscl)
    assert (answer.status_code, contract.problems(answer)) == (int(kind), [])
    assert answer.headers.get("Retry-After") == ("7" if kind == "429" else None)
    assert len(sscl.kept()) == (1 if done else 0)


def test_a_seed_draws_the_same_faults_again(sscl: RunningSscl) -> None:
    chances = {"500": 0.3, "429": 0.2, "403": 0.1}

    def drawn(seed: int) -> list[int]:
        sscl.plan(seed=seed, chances=chances)
        return [call(sscl, "GET", f"/v1/requests/{uuid4()}").status_code for _ in range(40)]

    first = drawn(7)
    assert set(first) == {404, 500, 429, 403}
    assert drawn(7) == first
    assert drawn(8) != first


@pytest.mark.parametrize(
    "plan",
    [
        [],
        {"more": 1},
        {"faults": [{"kind": "fire"}]},
        {"faults": 1},
        {"chances": {"500": 0.7, "403": 0.7}},
        {"chances": {"fire": 0.1}},
        {"faults": [{"kind": "500", "more": 1}]},
    ],
)
def test_a_plan_that_is_none_is_refused(sscl: RunningSscl, plan: Any) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{sscl.url}/plan", json=plan, timeout=5)
        form = session.post(f"{sscl.url}/plan", data={"a": "b"}, timeout=5)
    assert answer.status_code == 400
    assert all(kind in answer.json()["error"] for kind in KINDS)
    assert form.status_code == 415


def test_a_foreign_name_is_refused_unless_it_was_given(tmp_path: Path) -> None:
    with running_sscl(tmp_path, "--name", "sscl") as stub:
        assert (
            call(stub, "GET", "/requests.json", headers={"Host": f"evil.example:{stub.port}"}).status_code
            == 421
        )
        assert call(stub, "GET", "/requests.json", headers={"Host": f"sscl:{stub.port}"}).status_code == 200


def test_without_a_token_or_a_free_port_it_says_so(
    sscl: RunningSscl, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", "0", "--data", str(tmp_path)]) == 2
    assert main(["--port", str(sscl.port), "--data", str(tmp_path / "b"), "--token", "x"]) == 1
    assert f"Port {sscl.port} cannot be used" in capsys.readouterr().err
