"""The Notify stub, driven by the official client."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import jwt
import pytest
import requests
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from stubs.notify.__main__ import main
from tests.stubs.running import API_KEY, TEMPLATE_ID, RunningStub

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE, SECRET = API_KEY[-73:-37], API_KEY[-36:]
WORDS = {"subject": "Assigned to you - FOI - 261125001 - Roads", "body": "Hello"}
TO = "rhys@example.invalid"


def client(stub: RunningStub, key: str = API_KEY) -> Any:
    untyped: Any = NotificationsAPIClient
    return untyped(key, base_url=stub.url, timeout=5)


def refusal(call: Any) -> tuple[int, str, str]:
    with pytest.raises(HTTPError) as caught:
        call()
    assert caught.value.response is not None
    answer = caught.value.response.json()
    assert answer["status_code"] == caught.value.status_code
    first = answer["errors"][0]
    return caught.value.status_code, first["error"], first["message"]


def post(stub: RunningStub, token: str | None, **parts: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"email_address": TO, "template_id": TEMPLATE_ID, "personalisation": WORDS, **parts}
    return requests.post(f"{stub.url}/v2/notifications/email", json=body, headers=headers, timeout=5)


def token(claims: Mapping[str, object], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(dict(claims), secret, algorithm=algorithm)


def test_a_message_is_answered_as_the_real_service_does(stub: RunningStub) -> None:
    answer = client(stub).send_email_notification(TO, TEMPLATE_ID, WORDS, reference="message-1")

    assert str(UUID(answer["id"])) == answer["id"]
    assert answer["reference"] == "message-1"
    assert answer["content"]["subject"] == WORDS["subject"]
    assert answer["content"]["body"] == "Hello"
    assert answer["uri"] == f"{stub.url}/v2/notifications/{answer['id']}"
    assert answer["template"]["id"] == TEMPLATE_ID
    assert answer["scheduled_for"] is None


def test_a_message_is_found_by_its_id_and_by_its_reference(stub: RunningStub) -> None:
    notify = client(stub)
    sent = notify.send_email_notification(TO, TEMPLATE_ID, WORDS, reference="found")
    notify.send_email_notification(TO, TEMPLATE_ID, WORDS, reference="another")

    one = notify.get_notification_by_id(sent["id"])
    assert (one["email_address"], one["type"], one["subject"]) == (TO, "email", WORDS["subject"])
    found = notify.get_all_notifications(reference="found")["notifications"]
    assert [one["id"] for one in found] == [sent["id"]]
    assert notify.get_all_notifications(reference="never sent")["notifications"] == []


def test_a_second_message_with_one_reference_is_taken_as_by_the_real_service(stub: RunningStub) -> None:
    notify = client(stub)
    for _ in range(2):
        notify.send_email_notification(TO, TEMPLATE_ID, WORDS, reference="twice")

    assert stub.counts()["twice"] == 2


def test_more_messages_than_a_page_holds_are_told_in_pages(stub: RunningStub) -> None:
    notify = client(stub)
    for _ in range(251):
        notify.send_email_notification(TO, TEMPLATE_ID, WORDS, reference="one")

    first = notify.get_all_notifications(reference="one")
    assert len(first["notifications"]) == 250
    assert first["links"]["next"].endswith(first["notifications"][-1]["id"])
    assert len(list(notify.get_all_notifications_iterator(reference="one"))) == 251


FATES = {
    "simulate-delivered@notifications.service.gov.uk": "delivered",
    "perm-fail@simulator.notify": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
    "anybody@example.invalid": "delivered",
}


def test_messages_come_to_their_fate_in_time(stub: RunningStub) -> None:
    notify = client(stub)
    sent = {address: notify.send_email_notification(address, TEMPLATE_ID, WORDS)["id"] for address in FATES}
    seen: dict[str, list[str]] = {address: [] for address in FATES}
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(FATES[address] not in seen[address] for address in FATES):
        for address, message_id in sent.items():
            status = notify.get_notification_by_id(message_id)["status"]
            if status not in seen[address]:
                seen[address].append(status)
        time.sleep(0.02)

    assert {address: statuses[-1] for address, statuses in seen.items()} == FATES
    assert all("sending" in statuses for statuses in seen.values())
    assert notify.get_notification_by_id(sent["anybody@example.invalid"])["completed_at"] is not None


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"personalisation": {"subject": "x"}}, "BadRequestError", "Missing personalisation: body"),
        ({"personalisation": {}}, "BadRequestError", "Missing personalisation: subject, body"),
        ({"personalisation": "x"}, "ValidationError", "personalisation x is not of type object"),
        ({"template_id": "x"}, "ValidationError", "template_id is not a valid UUID"),
        ({"template_id": str(uuid4())}, "BadRequestError", "Template not found"),
        ({"email_address": "nobody"}, "ValidationError", "email_address Not a valid email address"),
        (
            {"email_address": "a@b.example\r\nBcc: c@d.example"},
            "ValidationError",
            "email_address Not a valid",
        ),
        ({"reference": 7}, "ValidationError", "reference 7 is not of type string"),
        ({"phone_number": "7"}, "ValidationError", "Additional properties are not allowed (phone_number"),
    ],
)
def test_a_wrong_request_is_refused(
    stub: RunningStub, parts: dict[str, Any], error: str, message: str
) -> None:
    before = stub.counts()
    answer = post(stub, token({"iss": SERVICE, "iat": int(time.time())}), **parts)

    assert answer.status_code == 400
    (told,) = answer.json()["errors"]
    assert told["error"] == error
    assert told["message"].startswith(message)
    assert stub.counts() == before


@pytest.mark.parametrize(
    ("made", "status", "message"),
    [
        (None, 401, "Unauthorized: authentication token must be provided"),
        ("nonsense", 403, "Invalid token: make sure your API token matches the example"),
        (token({"iss": SERVICE}), 403, "Invalid token: iat field not provided"),
        (token({"iat": 1}), 403, "Invalid token: iss field not provided"),
        (token({"iss": str(uuid4()), "iat": 1}), 403, "Invalid token: service not found"),
        (
            token({"iss": SERVICE, "iat": int(time.time())}, secret=str(uuid4())),
            403,
            "Invalid token: API key not found",
        ),
        (
            token({"iss": SERVICE, "iat": int(time.time())}, secret=SECRET * 2, algorithm="HS512"),
            403,
            "Invalid token: algorithm used is not HS256",
        ),
        (
            token({"iss": SERVICE, "iat": int(time.time()) - 3600}),
            403,
            "Error: Your system clock must be accurate to within 30 seconds",
        ),
        (
            token({"iss": SERVICE, "iat": int(time.time()) + 3600}),
            403,
            "Error: Your system clock must be accurate to within 30 seconds",
        ),
    ],
)
def test_a_wrong_token_is_refused(stub: RunningStub, made: str | None, status: int, message: str) -> None:
    before = stub.counts()
    answer = post(stub, made)

    assert answer.status_code == status
    assert answer.json()["errors"] == [{"error": "AuthError", "message": message}]
    assert stub.counts() == before


def test_another_services_key_is_refused_to_the_client_too(stub: RunningStub) -> None:
    other = client(stub, f"other-{uuid4()}-{uuid4()}")

    assert refusal(other.get_all_notifications)[:2] == (403, "AuthError")


def test_what_was_never_sent_is_not_found(stub: RunningStub) -> None:
    notify = client(stub)

    assert refusal(lambda: notify.get_notification_by_id(str(uuid4())))[0] == 404
    assert refusal(lambda: notify.get_notification_by_id("x")) == (
        400,
        "ValidationError",
        "id is not a valid UUID",
    )


def test_a_killed_stub_remembers_and_ends_when_told_to(empty_stub: RunningStub) -> None:
    client(empty_stub).send_email_notification(TO, TEMPLATE_ID, WORDS, reference="message-1")
    empty_stub.stop(signal.SIGKILL)
    empty_stub.start()

    assert empty_stub.counts() == {"message-1": 1}
    assert empty_stub.stop() == 0
    empty_stub.start()


def test_faults_strike_as_often_as_was_asked(stub: RunningStub) -> None:
    notify = client(stub)
    stub.fault(fail_next=2, status=500)

    for _ in range(2):
        assert (
            refusal(lambda: notify.send_email_notification(TO, TEMPLATE_ID, WORDS, reference="struck"))[0]
            == 500
        )
    assert notify.get_all_notifications(reference="struck")["notifications"] == []
    notify.send_email_notification(TO, TEMPLATE_ID, WORDS, reference="struck")
    assert stub.counts()["struck"] == 1


def test_a_dropped_answer_leaves_the_message_with_the_provider(stub: RunningStub) -> None:
    stub.fault(fail_next=1, accept_then_drop=True)

    with pytest.raises(HTTPError) as caught:
        client(stub).send_email_notification(TO, TEMPLATE_ID, WORDS, reference="dropped")
    assert caught.value.response is None
    assert stub.counts()["dropped"] == 1


def test_a_page_elsewhere_can_neither_read_the_inbox_nor_switch_faults(stub: RunningStub) -> None:
    rebound = requests.get(f"{stub.url}/inbox.json", headers={"Host": "evil.example:80"}, timeout=5)
    form = requests.post(f"{stub.url}/faults", data='{"fail_next": 9}', timeout=5)

    assert rebound.status_code == 421
    assert form.status_code == 415


def test_the_inbox_is_a_page(empty_stub: RunningStub) -> None:
    assert "No messages yet." in empty_stub.page("/")[0]
    notify = client(empty_stub)
    for number in range(23):
        words = {"subject": f"Message {number} <b>", "body": "x"}
        notify.send_email_notification(TO, TEMPLATE_ID, words)

    page, headers = empty_stub.page("/")
    older, _ = empty_stub.page("/?page=2")
    assert page.count('<li><a href="/messages/') == 20
    assert page.index("Message 22 &lt;b&gt;") < page.index("Message 3 &lt;b&gt;")
    assert '<a rel="next" href="/?page=2">Older messages</a>' in page
    assert older.count('<li><a href="/messages/') == 3
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_a_message_is_a_page_with_working_links(stub: RunningStub) -> None:
    body = (
        "Hello <script>alert(1)</script>,\n\nOpen it:\nhttp://127.0.0.1:3000/cases/7/?a=1&b=2.\n\n"
        "# About\n* Number: 7\n* Type: FOI\n\nSee [the rules](https://example.invalid/rules)."
    )
    sent = client(stub).send_email_notification(TO, TEMPLATE_ID, {"subject": "S", "body": body})

    page, _ = stub.page(f"/messages/{sent['id']}")
    assert "<p>Hello &lt;script&gt;alert(1)&lt;/script&gt;,</p>" in page
    assert (
        '<a href="http://127.0.0.1:3000/cases/7/?a=1&amp;b=2">http://127.0.0.1:3000/cases/7/?a=1&amp;b=2</a>.'
        in page
    )
    assert "<h2>About</h2><ul><li>Number: 7</li><li>Type: FOI</li></ul>" in page
    assert '<a href="https://example.invalid/rules">the rules</a>' in page


def test_a_page_that_is_not_there_says_so(stub: RunningStub) -> None:
    answer = requests.get(f"{stub.url}/messages/{uuid4()}", timeout=5)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_a_key_of_another_form_stops_the_start(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    assert main(["--port", "0", "--data", str(tmp_path), "--api-key", "none"]) == 2
    assert "An API key is" in capsys.readouterr().err
