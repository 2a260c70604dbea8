"""The pages about the rules: facts, events, permissions and messages."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING

from correspondence.config.reference import markdown as md
from correspondence.notifications import addresses, wording
from correspondence.rulebook import names as registry
from correspondence.rulebook import reading
from correspondence.rulebook.tables.base import COMPUTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from correspondence.rulebook.names import Computation, Effect, Fact
    from correspondence.rulebook.tables.events import Event
    from correspondence.rulebook.tables.permissions import Guard
    from correspondence.rulebook.tables.rulebook import Rulebook
    from correspondence.rulebook.tables.workflows import Entry, Workflow

ALWAYS = "always"
STAYS = "stays"


def names() -> str:
    """Facts, computed targets and effects: what a policy table may name."""
    rulebook, said = reading.load(reading.SHIPPED), md.prose()["names"]
    return md.page(
        "Facts, computed targets and effects",
        said["opening"],
        f"## Facts\n\n{said['facts']}",
        *(_fact(fact, rulebook) for fact in ours(registry.facts.values())),
        f"## Computed targets\n\n{said['computations']}",
        *(_plain(rule, _users(rulebook, rule.name)) for rule in ours(registry.computations.values())),
        f"## Effects\n\n{said['effects']}",
        *(_plain(effect, _users(rulebook, effect.name)) for effect in ours(registry.effects.values())),
    )


def ours[N: (Fact, Computation, Effect)](registered: Iterable[N]) -> list[N]:
    """What the application itself registers, by name; tests may have added some of their own."""
    known = [one for one in registered if one.function.__module__.startswith("correspondence.")]
    return sorted(known, key=lambda one: one.name)


def _fact(fact: Fact, rulebook: Rulebook) -> str:
    told = [
        f"### {fact.name}",
        md.doc(fact.doc),
        f"- About the {fact.about}",
        *(f"- When it does not hold: “{words}”" for words in otherwise(fact.otherwise)),
    ]
    told += [f"- {where}" for where in _fact_users(rulebook, fact.name)]
    return "\n\n".join(told[:2]) + "\n\n" + "\n".join(told[2:])


def _plain(named: Computation | Effect, users: list[str]) -> str:
    used = f"Named by: {', '.join(users)}" if users else "Named by no table"
    return f"### {named.name}\n\n{md.doc(named.doc)}\n\n- {used}"


def _fact_users(rulebook: Rulebook, name: str) -> Iterator[str]:
    tables = rulebook.permissions
    if users := _users(rulebook, name):
        yield f"Asked by the workflows for: {', '.join(users)}"
    guarded = dict.fromkeys(event for guard in tables.guards if name in guard.when for event in guard.event)
    if guarded:
        yield f"Asked by guards for: {', '.join(_event_link(event) for event in guarded)}"
    actions = dict.fromkeys(row.action for row in tables.permissions if name in row.when)
    if actions:
        links = (md.link(action, "permissions.md") for action in actions)
        yield f"Asked by permissions for: {', '.join(links)}"


def _users(rulebook: Rulebook, name: str) -> list[str]:
    """The events whose rows name this, in the order of the events."""
    users = {
        entry.event
        for workflow in rulebook.workflows
        for entry in workflow.events
        if name in (*entry.when, *entry.then)
        or f"{COMPUTED}{name}" in (entry.to or "", entry.switch_workflow or "")
    }
    return [_event_link(event.code) for event in rulebook.events.events if event.code in users]


def otherwise(words: str | Callable[[Any], str]) -> list[str]:
    """What a person may be told: the words, or those that a function returns, “…” where it fills in."""
    if isinstance(words, str):
        return [words]
    told: list[str] = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(words)))):
        if not isinstance(node, ast.Return):
            continue
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            told += otherwise(inspect.getmodule(words).__dict__[node.value.func.id])
        elif isinstance(node.value, ast.JoinedStr):
            told.append(_filled(node.value))
        elif isinstance(node.value, ast.Constant):
            told.append(str(node.value.value))
    return told


def _filled(words: ast.JoinedStr) -> str:
    parts = [str(part.value) if isinstance(part, ast.Constant) else "…" for part in words.values]
    text = "".join(parts)
    while "… …" in text:
        text = text.replace("… …", "…")
    return text


# --- events ---------------------------------------------------------------------------------------


def events() -> str:
    """What can happen to a case: who, where, when, and what comes of it."""
    rulebook = reading.load(reading.SHIPPED)
    told = (_event(event, rulebook) for event in rulebook.events.events)
    return md.page("Events", md.prose()["events"]["opening"], *told)


def _event(event: Event, rulebook: Rulebook) -> str:
    facts = [
        f"- History: {event.label}",
        f"- Button: {event.button or 'none; it follows from another page or event'}",
        f"- Source: {event.source}",
    ]
    if event.button:
        facts.insert(2, f"- Offered to: {', '.join(event.offered_to) or 'nobody'}")
    if event.outside:
        facts.append("- Belongs to no workflow: the system or an action writes it")
    facts += [
        f"- Guard: {_guard_in_words(guard)}"
        for guard in rulebook.permissions.guards
        if event.code in guard.event
    ]
    rows = [
        _entry(workflow, entry) for workflow in rulebook.workflows for entry in workflow.entries(event.code)
    ]
    heading = ("Workflow", "By", "In", "When", "Moves to", "Then")
    parts = [f"## {event.code}", event.meaning, "\n".join(facts)]
    return "\n\n".join([*parts, md.table(heading, rows)] if rows else parts)


def _entry(workflow: Workflow, entry: Entry) -> tuple[str, ...]:
    moves = [_target(entry.to)] if entry.to else []
    moves += [f"workflow {_target(entry.switch_workflow)}"] if entry.switch_workflow else []
    return (
        workflow.workflow,
        ", ".join(entry.by),
        md.code(entry.states),
        ", ".join(_fact_link(name) for name in entry.when) or ALWAYS,
        "; ".join(moves) or STAYS,
        ", ".join(_fact_link(name) for name in entry.then) or "nothing",
    )


def _target(target: str) -> str:
    if target.startswith(COMPUTED):
        return f"as {_fact_link(target.removeprefix(COMPUTED))} says"
    return f"`{target}`"


def _guard_in_words(guard: Guard) -> str:
    where = [f"workflow {', '.join(guard.workflow)}"] if guard.workflow else []
    where += [f"by {', '.join(guard.by)}"] if guard.by else []
    where += [f"in {md.code(guard.states)}"] if guard.states else []
    scope = f" ({'; '.join(where)})" if where else ""
    return f"{', '.join(_fact_link(name) for name in guard.when)}{scope}; {guard.source}"


def _fact_link(name: str) -> str:
    return md.link(name, "facts.md")


def _event_link(name: str) -> str:
    return md.link(name, "events.md")


# --- permissions ----------------------------------------------------------------------------------


def permissions() -> str:
    """Who may do what is no event, and what more is asked of those that are."""
    tables = reading.load(reading.SHIPPED).permissions
    guards = [
        (
            ", ".join(_event_link(event) for event in guard.event),
            ", ".join(guard.workflow) or "any",
            ", ".join(guard.by) or "any",
            md.code(guard.states, none="any"),
            ", ".join(_fact_link(name) for name in guard.when),
            guard.source,
        )
        for guard in tables.guards
    ]
    parts = []
    for action in dict.fromkeys(row.action for row in tables.permissions):
        ways = tables.ways(action)
        rows = [
            (
                ", ".join(way.by) or "anyone signed in",
                ", ".join(_fact_link(name) for name in way.when) or ALWAYS,
                way.source,
            )
            for way in ways
        ]
        meaning = f"{ways[0].meaning[:1].upper()}{ways[0].meaning[1:]}."
        parts.append(f"### {action}\n\n{meaning}\n\n{md.table(('By', 'When', 'Source'), rows)}")
    said = md.prose()["permissions"]
    return md.page(
        "Permissions",
        said["opening"],
        f"## Actions that are no events\n\n{said['actions']}",
        *parts,
        f"## Guards\n\n{said['guards']}",
        md.table(("Event", "Workflow", "Role", "State", "When", "Source"), guards),
    )


# --- messages -------------------------------------------------------------------------------------


def messages() -> str:
    """What people are told, and the values that each wording may use."""
    wordings, said = wording.read(reading.SHIPPED), md.prose()["messages"]
    return md.page(
        "Messages",
        said["opening"],
        f"{said['addresses']} {md.code(addresses.NEEDS)}.",
        *(_wording(wordings[kind]) for kind in sorted(wordings)),
    )


def _wording(told: wording.Wording) -> str:
    used = [name for name in addresses.NEEDS if name in wording.PLACEHOLDER.findall(told.body)]
    rows = [(f"`{name}`", meaning) for name, meaning in told.values.items()]
    return "\n\n".join(
        (
            f"## {told.kind}",
            " ".join(told.about.split()),
            f"- Subject: `{told.subject}`\n- Addresses: {md.code(used, none='none')}",
            md.table(("Value", "What it is"), rows),
        )
    )
