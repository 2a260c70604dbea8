"""The wording of messages: what a file may hold, and what becomes of the values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from correspondence.core import settings
from correspondence.notifications import neutral, wording
from correspondence.rulebook.files import PolicyError
from stubs.notify import inbox

SHIPPED = Path(__file__).resolve().parents[2] / "policy"
KINDS = {
    "new_assignment",
    "ready_for_review",
    "redraft_requested",
    "responses_sent_back",
    "ready_to_send",
    "message_received",
    "case_closed",
    "assigned_to_you",
    "password_reset",
    "account_unlock",
}
SOUND = """---
kind: tea_is_ready
about: Tea is ready. Goes to everybody.
values:
  name: who is greeted
  pot: which pot
subject: "Tea is ready - {{ pot }}"
---
Hello {{ name }},

Pour from {{ pot }}:
{{ case_address }}
"""


@dataclass
class About:
    values: dict[str, str | int]
    case_id: int | None = 7
    recipient_id: int | None = None
    kind: str = field(default="")


def policy(folder: Path, text: str | bytes, name: str = "tea_is_ready.md") -> Path:
    (folder / "wording").mkdir()
    (folder / "wording" / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def rendered(**values: str | int) -> wording.Text:
    return wording.read(SHIPPED)["new_assignment"].render(About({**VALUES, **values}))


VALUES: dict[str, str | int] = {
    "name": "Rhys Responder",
    "team": "Unit A",
    "number": "261125001",
    "type": "FOI",
    "subject": "Road repairs",
    "state": "To be accepted",
    "received": "25 Nov 2026",
    "assignment_id": 31,
}


def test_the_shipped_wording_is_sound_and_complete() -> None:
    assert wording.check(SHIPPED) == []
    assert set(wording.read(SHIPPED)) >= KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_shipped_message_greets_and_links_and_has_the_subject_of_its_kind(kind: str) -> None:
    words = wording.read(SHIPPED)[kind]

    assert words.body.startswith("Hello {{ name }},")
    assert re.search(r"^\{\{ \w+_address \}\}$", words.body, re.MULTILINE)
    assert kind in ("password_reset", "account_unlock") or words.subject.endswith(
        " - {{ type }} - {{ number }} - {{ subject }}"
    )


def test_a_message_is_written_with_its_values_and_addresses() -> None:
    text = rendered()

    assert text.subject == "To be accepted - FOI - 261125001 - Road repairs"
    assert text.body.startswith("Hello Rhys Responder,\n\nA case has been assigned to Unit A.")
    assert f"\n{settings.current().base_url}/cases/7/assignments/31/\n" in text.body
    assert "* Received: 25 Nov 2026\n" in text.body
    assert "{{" not in text.body


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Hello {{ name }}", "Hello {{ nmae }}", "9: nmae is used and is not among the values"),
        ("Hello {{ name }}", "Hello", "5: name is among the values and is not used"),
        ('"Tea is ready - {{ pot }}"', '"Tea - {{ cup }}"', "7: cup is used and is not among the values"),
        ("Pour from {{ pot }}", "{{ pot }} is full", "11: a line may not begin with a value, such as pot"),
        ("Pour from", "Pour {% if %} from", "11: a value is written {{ value }}; nothing else"),
        ("Hello {{ name }}", "Hello {{ name | upper }}", "9: a value is written {{ value }}; nothing else"),
        (
            "{{ case_address }}",
            "{{ assignment_address }}",
            "4: assignment_address is made from assignment_id",
        ),
        ('{{ pot }}"', '{{ case_address }}"', "7: a subject holds no address"),
        (
            "  pot: which pot",
            "  pot: which pot\n  case_address: where",
            "7: case_address is an address that the",
        ),
        ("kind: tea_is_ready", "kind: coffee", "2: the file of coffee is called coffee.md"),
        ("about: Tea is ready. Goes to everybody.\n", "", "1: about: field required"),
        ("about: Tea", "colour: red\nabout: Tea", "3: colour: extra inputs are not permitted"),
        ("kind: tea_is_ready", "kind: [", "4: this is not YAML"),
        ("---\nkind", "kind", "1: a wording opens with its values"),
        ("\nHello {{ name }},\n\nPour from {{ pot }}:\n{{ case_address }}\n", "\n", "8: the text is missing"),
    ],
)
def test_a_fault_is_told_with_its_file_and_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in SOUND
    faults = wording.check(policy(tmp_path, SOUND.replace(old, new, 1)))

    assert any(one.startswith(f"wording/tea_is_ready.md:{fault}") for one in faults), faults


def test_sound_wording_has_no_fault(tmp_path: Path) -> None:
    assert wording.check(policy(tmp_path, SOUND)) == []


def test_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    policy(tmp_path, SOUND, "coffee.md")
    (tmp_path / "wording" / "other.md").write_bytes(b"\xff")

    with pytest.raises(PolicyError) as caught:
        wording.read(tmp_path)
    assert str(caught.value).splitlines() == [
        "wording/coffee.md:2: the file of tea_is_ready is called tea_is_ready.md",
        "wording/other.md:1: this is not UTF-8 text",
    ]


def test_a_folder_without_wording_is_a_fault(tmp_path: Path) -> None:
    (fault,) = wording.check(tmp_path)
    assert fault.startswith("wording:1: there is no wording in")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Roads\r\nBcc: all@example.invalid", "Roads Bcc: all@example.invalid"),
        ("tab\tand\x00null", "tab and null"),
        ("  many   spaces ", "many spaces"),
        ("turned \u202eback", "turned back"),
        ("line\u2028separator", "line separator"),
        ("Zoë Ñandú 東京 🏛 نص", "Zoë Ñandú 東京 🏛 نص"),
        ("{{ name }} and ((body))", "{{ name }} and ((body))"),
    ],
)
def test_a_subject_stays_one_line(written: str, shown: str) -> None:
    assert rendered(subject=written).subject == f"To be accepted - FOI - 261125001 - {shown}"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://evil.example/x", "https: //evil.example/x"),
        ("HTTP://EVIL.EXAMPLE", "HTTP: //EVIL.EXAMPLE"),
        ("www.evil.example", "www .evil.example"),
        ("[sign in](https://evil.example)", "[sign in] (https: //evil.example)"),
        ("[sign in][1] [1]: x", "[sign in] [1] [1] : x"),
        ("<https://evil.example>", "< https: //evil.example>"),
        ("one\n# two\n* three", "one # two * three"),
        ("cost: 5/6 of [it] (net)", "cost: 5/6 of [it] (net)"),
    ],
)
def test_a_value_makes_no_link_and_no_line(written: str, shown: str) -> None:
    assert f"* Subject: {shown}\n" in rendered(subject=written).body


@given(st.text())
def test_whatever_is_written_the_only_link_is_the_services_own(written: str) -> None:
    text = rendered(subject=written, name=written, team=written, state=written)
    page = "".join(inbox._blocks(text.body))  # noqa: SLF001 - how the inbox reads a message, as Notify does

    assert re.findall(r'href="([^"]*)"', page) == [f"{settings.current().base_url}/cases/7/assignments/31/"]
    assert len(text.subject.splitlines()) == 1
    assert neutral.line(written) == " ".join(neutral.line(written).split())


@given(
    st.lists(
        st.sampled_from(["http", "https", ":", "//", "www", ".", "[", "]", "(", ")", "<", " ", "a.example"])
    )
)
def test_no_mixture_of_marks_makes_a_link(parts: list[str]) -> None:
    page = "".join(inbox._blocks("Subject: " + neutral.body("".join(parts))))  # noqa: SLF001 - likewise

    assert "href" not in page
