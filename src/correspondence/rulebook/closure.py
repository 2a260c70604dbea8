"""Whether the answers given at closure are complete and agree with each other. Pure.

FOIA 2000: what is held is given (s.1) unless a provision of Part II takes the duty away (s.2), a limit
of cost applies (s.12) or the request is vexatious or repeated (s.14); the refusal says which (s.17).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from correspondence.rulebook.tables.closure import Closure, Exemption, Outcome, RefusalReason


@dataclass(frozen=True, slots=True)
class PublicInterest:
    """The answer of the public interest test for one qualified exemption (FOIA 2000 s.2(1)(b), s.2(2)(b)).

    Attributes:
        favours_maintaining: the public interest in keeping to the exemption outweighs the other side.
    """

    favours_maintaining: bool | None = None
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The qualified person's reasonable opinion (FOIA 2000 s.36(2), (5))."""

    text: str = ""
    given_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person answered when closing a case. Codes are those of ``policy/closure.yaml``."""

    response_date: date | None = None
    late_team_id: int | None = None
    appeal_outcome: str | None = None
    information_held: str | None = None
    outcome: str | None = None
    refusal_reason: str | None = None
    exemptions: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()
    public_interest: Mapping[str, PublicInterest] = field(default_factory=dict)
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingCase:
    """What closure needs to know of the case.

    Attributes:
        review: an internal review, which has an appeal outcome.
        imported: brought over from an older system; the old rules are for such cases alone.
    """

    received: date
    final: date
    review: bool = False
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to put right, beside the field it belongs to."""

    field: str
    message: str


def faults(table: Closure, answers: Answers, *, case: ClosingCase, today: date) -> tuple[Fault, ...]:
    """All that stands in the way of closing, in the order of the form; nothing when it can be closed."""
    if _under_old_rules(table, answers, case):
        return ()
    return (
        *date_faults(answers.response_date, case=case, today=today),
        *_late_team(answers, case),
        *_appeal_outcome(table, answers, case),
        *_information_held(table, answers),
        *_outcome(table, answers),
        *_refusal_reason(table, answers),
        *_grounds(table, answers),
        *_exemptions(table, answers),
        *_public_interest(table, answers),
        *_opinion(table, answers, today),
    )


def date_faults(response_date: date | None, *, case: ClosingCase, today: date) -> Iterator[Fault]:
    """The date of the response: also asked when it is marked as sent."""
    if response_date is None:
        yield Fault("response_date", "Enter the date on which the response was sent.")
    elif response_date < case.received:
        yield Fault("response_date", "The response cannot have been sent before the request was received.")
    elif response_date > today:
        yield Fault("response_date", "The date of the response cannot be in the future.")


def cleared(table: Closure, answers: Answers, *, case: ClosingCase) -> Answers:
    """The answers without those that the others make irrelevant, as a form without JavaScript sends them.

    Only what was not asked goes. What was asked and does not fit stays, to be refused in words.
    """
    held = table.held(answers.information_held or "")
    asks = held.asks if held else "nothing"
    outcome, reason = _chosen(table, answers)
    withholds = bool(outcome and outcome.withholds) or bool(reason and reason.needs_exemption)
    exemptions = answers.exemptions if withholds else frozenset()
    rows = [row for row in table.exemptions if row.code in exemptions]
    asks_interest = {row.code for row in rows if row.kind == "qualified"}
    asks_opinion = any(row.needs_opinion for row in rows)
    return replace(
        answers,
        late_team_id=answers.late_team_id if _is_late(answers, case) else None,
        appeal_outcome=answers.appeal_outcome if case.review else None,
        outcome=answers.outcome if asks == "outcome" else None,
        refusal_reason=answers.refusal_reason if asks == "refusal_reason" else None,
        exemptions=exemptions,
        grounds=answers.grounds if outcome and outcome.withholds else frozenset(),
        public_interest={c: a for c, a in answers.public_interest.items() if c in asks_interest},
        opinion=answers.opinion if asks_opinion else None,
    )


def offered_exemptions(table: Closure, answers: Answers) -> tuple[Exemption, ...]:
    """The exemptions that can be relied on beside these answers; none when none is asked for."""
    outcome, reason = _chosen(table, answers)
    if outcome is not None and outcome.withholds:
        return table.for_duty("inform")
    if reason is not None and reason.needs_exemption:
        return table.for_duty("confirm_or_deny")
    return ()


def _under_old_rules(table: Closure, answers: Answers, case: ClosingCase) -> bool:
    responded = answers.response_date
    return case.imported and responded is not None and responded <= table.old_rules_until


def _is_late(answers: Answers, case: ClosingCase) -> bool:
    return answers.response_date is not None and answers.response_date > case.final


def _chosen(table: Closure, answers: Answers) -> tuple[Outcome | None, RefusalReason | None]:
    """The outcome or the refusal reason, whichever the answer on what is held asks for."""
    held = table.held(answers.information_held or "")
    asks = held.asks if held else "nothing"
    outcome = table.outcome(answers.outcome or "") if asks == "outcome" else None
    reason = table.refusal_reason(answers.refusal_reason or "") if asks == "refusal_reason" else None
    return outcome, reason


def _late_team(answers: Answers, case: ClosingCase) -> Iterator[Fault]:
    if _is_late(answers, case) and answers.late_team_id is None:
        yield Fault("late_team", "Select the business unit responsible for the late response.")


def _appeal_outcome(table: Closure, answers: Answers, case: ClosingCase) -> Iterator[Fault]:
    if not case.review:
        if answers.appeal_outcome is not None:
            yield Fault("appeal_outcome", "Only an internal review has an appeal outcome.")
    elif table.appeal_outcome(answers.appeal_outcome or "") is None:
        yield Fault("appeal_outcome", "Select the outcome of the internal review.")


def _information_held(table: Closure, answers: Answers) -> Iterator[Fault]:
    if table.held(answers.information_held or "") is None:
        yield Fault("information_held", "Select whether the information is held.")


def _outcome(table: Closure, answers: Answers) -> Iterator[Fault]:
    held = table.held(answers.information_held or "")
    if held and held.asks == "outcome":
        outcome = table.outcome(answers.outcome or "")
        if outcome is None or not outcome.offered:
            yield Fault("outcome", "Select the outcome of the request.")
    elif answers.outcome is not None:
        yield Fault("outcome", "There is an outcome only where information is held.")


def _refusal_reason(table: Closure, answers: Answers) -> Iterator[Fault]:
    held = table.held(answers.information_held or "")
    if held and held.asks == "refusal_reason":
        reason = table.refusal_reason(answers.refusal_reason or "")
        if reason is None or not reason.offered:
            yield Fault("refusal_reason", "Select the reason for refusing the request.")
    elif answers.refusal_reason is not None:
        yield Fault("refusal_reason", "There is a reason for refusal only where it is not said what is held.")


def _grounds(table: Closure, answers: Answers) -> Iterator[Fault]:
    """A ground of s.12(1) or s.14 refuses the whole of a request for what is held, never a part of it."""
    outcome, _ = _chosen(table, answers)
    for code in sorted(answers.grounds):
        ground = table.ground(code)
        if ground is None:
            yield Fault("grounds", f"“{code}” is no ground for refusal.")
        elif outcome is None or not outcome.takes_grounds:
            why = "refuses a whole request: choose it only with a full refusal"
            yield Fault("grounds", f"{ground.section} {why}.")


def _exemptions(table: Closure, answers: Answers) -> Iterator[Fault]:
    outcome, reason = _chosen(table, answers)
    needed = bool(outcome and outcome.withholds) or bool(reason and reason.needs_exemption)
    if not needed:
        if answers.exemptions:
            yield Fault("exemptions", "Exemptions are chosen only where something is withheld.")
        return
    grounds_will_do = outcome is not None and outcome.takes_grounds
    if not answers.exemptions and not (grounds_will_do and answers.grounds):
        more = " or one ground for refusal" if grounds_will_do else ""
        yield Fault("exemptions", f"Select at least one exemption{more}.")
    offered = {row.code for row in offered_exemptions(table, answers)}
    for code in sorted(answers.exemptions - offered):
        exemption = table.exemption(code)
        if exemption is None:
            yield Fault("exemptions", f"“{code}” is no exemption.")
        elif outcome is not None:
            why = "is about confirming or denying, not about information"
            yield Fault("exemptions", f"{exemption.section} {why}.")
        else:
            yield Fault("exemptions", f"{exemption.section} does not take away the duty to confirm or deny.")


def _relied_on(table: Closure, answers: Answers) -> tuple[Exemption, ...]:
    return tuple(row for row in offered_exemptions(table, answers) if row.code in answers.exemptions)


def _public_interest(table: Closure, answers: Answers) -> Iterator[Fault]:
    """A qualified exemption stands only where the public interest favours it (s.2(1)(b), s.2(2)(b))."""
    for exemption in _relied_on(table, answers):
        if exemption.kind == "absolute":
            continue
        answer = answers.public_interest.get(exemption.code, PublicInterest())
        if answer.favours_maintaining is None:
            yield Fault(
                f"public_interest_{exemption.code}",
                f"Select yes if the public interest favours maintaining {exemption.section}.",
            )
        elif not answer.favours_maintaining:
            yield Fault(
                f"public_interest_{exemption.code}",
                f"{exemption.section} cannot be relied on where the public interest does not favour it.",
            )
        if not answer.reasons.strip():
            yield Fault(
                f"public_interest_reasons_{exemption.code}",
                f"Give the reasons of the public interest test for {exemption.section}.",
            )


def _opinion(table: Closure, answers: Answers, today: date) -> Iterator[Fault]:
    if not any(exemption.needs_opinion for exemption in _relied_on(table, answers)):
        return
    opinion = answers.opinion or Opinion()
    if not opinion.text.strip():
        yield Fault("opinion", "Record the opinion of the qualified person.")
    if opinion.given_on is None:
        yield Fault("opinion_date", "Enter the date of the qualified person's opinion.")
    elif opinion.given_on > today:
        yield Fault("opinion_date", "The date of the qualified person's opinion cannot be in the future.")
