"""The forms by which a case is closed, made of the closure tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form
from correspondence.rulebook.closure import Answers, Opinion, PublicInterest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from correspondence.organisation.models import Team
    from correspondence.rulebook.closure import ClosingCase
    from correspondence.rulebook.tables.closure import Closure, Exemption

REASONS = 5000


class ResponseDate(Form):
    """The first page: when the response was sent."""

    response_date = fields.DateField(
        "Date the response was sent", today=True, missing="Enter the date the response was sent"
    )


class Closing(Form):
    """What was answered, and why: every question of the closure tables.

    A question that another answer makes irrelevant is hidden by the page where it can, and ignored
    by the rules in any case, so that nothing here is required by itself: ``rulebook.closure`` says
    what is missing.

    Args:
        table: the closure tables of the case's edition.
        late_teams: offered when the answer was late; empty when it was not.
        review: an internal review, which has an appeal outcome.
        with_date: asks for the date of the response too, as correcting a closure does.
    """

    def __init__(
        self,
        *args: Any,
        table: Closure,
        about: ClosingCase,
        late_teams: Iterable[Team],
        with_date: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.about = table, about
        questions: dict[str, fields.Look] = {}
        if with_date:
            questions["response_date"] = fields.DateField("Date the response was sent", required=False)
        if teams := [(team.pk, team.name) for team in late_teams]:
            questions["late_team"] = fields.RadiosField(
                "Business unit responsible for the late answer", choices=teams, coerce=int, required=False
            )
        if about.review:
            questions["appeal_outcome"] = fields.RadiosField(
                "Outcome of the review",
                choices=[(row.code, row.label) for row in table.appeal_outcomes],
                required=False,
            )
        questions |= self._about_the_answer(table)
        self.fields.update(questions)

    def _about_the_answer(self, table: Closure) -> dict[str, fields.Look]:
        outcomes = [row for row in table.outcomes if row.offered]
        reasons = [row for row in table.refusal_reasons if row.offered]
        inform, deny = table.for_duty("inform"), table.for_duty("confirm_or_deny")
        questions: dict[str, fields.Look] = {
            "information_held": fields.RadiosField(
                "Is the information held?",
                choices=[(row.code, row.label) for row in table.information_held],
                required=False,
                size="m",
            ),
            "outcome": fields.RadiosField(
                "Outcome",
                choices=[(row.code, row.label) for row in outcomes],
                required=False,
            ),
            "refusal_reason": fields.RadiosField(
                "Reason for refusal",
                choices=[(row.code, row.label) for row in reasons],
                required=False,
            ),
            "grounds": fields.RadiosField(
                "Ground for refusing the whole request",
                hint="Only for a request that was refused fully, and instead of an exemption",
                choices=[
                    ("", "No ground: the refusal rests on exemptions"),
                    *((row.code, f"{row.section} {row.label}") for row in table.grounds),
                ],
                required=False,
            ),
            "exemptions": fields.CheckboxesField(
                "Exemptions relied on",
                choices=_grouped(inform),
                conditional={row.code: _asked_of(row) for row in inform if _asked_of(row)},
                required=False,
            ),
            "exemptions_deny": fields.CheckboxesField(
                "Provisions that let you neither confirm nor deny",
                choices=_grouped(deny),
                conditional={row.code: _asked_of(row) for row in deny if _asked_of(row)},
                required=False,
            ),
        }
        # The page shows what follows from a choice only while it is chosen.
        self.shown_when = {
            "outcome": (
                "information_held",
                [row.code for row in table.information_held if row.asks == "outcome"],
            ),
            "refusal_reason": (
                "information_held",
                [row.code for row in table.information_held if row.asks == "refusal_reason"],
            ),
            "exemptions": ("outcome", [row.code for row in outcomes if row.withholds]),
            "grounds": ("outcome", [row.code for row in outcomes if row.takes_grounds]),
            "exemptions_deny": ("refusal_reason", [row.code for row in reasons if row.needs_exemption]),
        }
        for row in (*inform, *deny):
            for name in _asked_of(row):
                questions[name] = _question(name, row)
        return questions

    def answers_given(self) -> Answers:
        """The cleaned answers as the closure rules take them."""
        given = self.cleaned_data
        held = self.table.held(given["information_held"] or "")
        denies = bool(held and held.asks == "refusal_reason")
        chosen = given["exemptions_deny"] if denies else given["exemptions"]
        opinion = Opinion(
            next((given[f"opinion_{code}"] for code in chosen if given.get(f"opinion_{code}")), ""),
            next(
                (given[f"opinion_date_{code}"] for code in chosen if given.get(f"opinion_date_{code}")), None
            ),
        )
        return Answers(
            response_date=given.get("response_date"),
            late_team_id=given.get("late_team"),
            appeal_outcome=given.get("appeal_outcome") or None,
            information_held=given["information_held"] or None,
            outcome=given["outcome"] or None,
            refusal_reason=given["refusal_reason"] or None,
            grounds=frozenset({given["grounds"]} if given["grounds"] else ()),
            exemptions=frozenset(chosen),
            public_interest={
                code: PublicInterest(
                    favours_maintaining={"yes": True, "no": False}.get(
                        given.get(f"public_interest_{code}") or ""
                    ),
                    reasons=given.get(f"public_interest_reasons_{code}") or "",
                )
                for code in chosen
            },
            opinion=opinion if opinion.text or opinion.given_on else None,
        )

    def add_problems(self, problems: Iterable[tuple[str, str]]) -> None:
        """Put what the rules say beside the question of this form that it belongs to."""
        given = self.cleaned_data
        held = self.table.held(given["information_held"] or "")
        denies = bool(held and held.asks == "refusal_reason")
        chosen = given["exemptions_deny"] if denies else given["exemptions"]
        needing = next((code for code in chosen if f"opinion_{code}" in self.fields), "")
        places = {
            "exemptions": "exemptions_deny" if denies else "exemptions",
            "opinion": f"opinion_{needing}",
            "opinion_date": f"opinion_date_{needing}",
        }
        super().add_problems((places.get(field, field), message) for field, message in problems)


def _grouped(rows: Iterable[Exemption]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices under their headings: those most used, absolute ones, qualified ones; each once."""
    groups: dict[str, list[tuple[str, str]]] = {"Most frequently used": [], "Absolute": [], "Qualified": []}
    for row in rows:
        heading = "Most frequently used" if row.frequent else row.kind.capitalize()
        groups[heading].append((row.code, f"{row.section} {row.label}"))
    return [(heading, choices) for heading, choices in groups.items() if choices]


def _asked_of(row: Exemption) -> list[str]:
    names = []
    if row.kind == "qualified":
        names += [f"public_interest_{row.code}", f"public_interest_reasons_{row.code}"]
    if row.needs_opinion:
        names += [f"opinion_{row.code}", f"opinion_date_{row.code}"]
    return names


def _question(name: str, row: Exemption) -> fields.Look:
    if name.startswith("public_interest_reasons_"):
        return fields.LongTextField(
            f"Why does the public interest favour maintaining {row.section}?",
            max_length=REASONS,
            required=False,
            rows=3,
        )
    if name.startswith("public_interest_"):
        return fields.RadiosField(
            f"Does the public interest favour maintaining {row.section}?",
            choices=[("yes", "Yes"), ("no", "No")],
            hint="FOIA 2000 s.2(2)(b)",
            required=False,
            inline=True,
        )
    if name.startswith("opinion_date_"):
        return fields.DateField(f"Date of the qualified person's opinion ({row.section})", required=False)
    return fields.LongTextField(
        f"The qualified person's opinion ({row.section})", max_length=REASONS, required=False, rows=3
    )
