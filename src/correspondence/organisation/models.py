"""People, teams and memberships."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from correspondence.core.models import BaseModel

DISCLOSURE_BMT = "DISCLOSURE-BMT"
DISCLOSURE = "DISCLOSURE"
PRESS_OFFICE = "PRESS-OFFICE"
PRIVATE_OFFICE = "PRIVATE-OFFICE"


class Role(models.TextChoices):
    """What a membership lets a person do. A system administrator's membership has no team."""

    MANAGER = "manager", "Manager"
    APPROVER = "approver", "Approver"
    RESPONDER = "responder", "Responder"
    TEAM_ADMIN = "team_admin", "Team admin"
    ADMIN = "admin", "System administrator"


CASE_ROLES = (Role.MANAGER, Role.APPROVER, Role.RESPONDER)
"""The roles in which a person acts on a case, the highest first."""


class People(BaseUserManager["User"]):
    """How a person is found for signing in: by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A member of staff.

    Attributes:
        email: lower case, unique; what a person signs in with.
        deactivated_at: from then on they cannot sign in; their name stays in the history.
        failed_attempts: wrong passwords since the last sign-in.
        locked_at: when too many of them locked the account.
    """

    full_name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, unique=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case")
        ]
        indexes = [models.Index(Lower("full_name"), name="user_full_name")]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django declares an attribute; the date tells it here
        """Whether this person may sign in."""
        return self.deactivated_at is None

    @cached_property
    def held_memberships(self) -> list[Membership]:
        """All memberships, with their teams and what those deal with; read once for this object."""
        return list(self.memberships.select_related("team").prefetch_related("team__correspondence_types"))

    @property
    def active_memberships(self) -> list[Membership]:
        """The memberships in teams that are not deactivated."""
        return [
            held for held in self.held_memberships if held.team is None or held.team.deactivated_at is None
        ]

    def is_a(self, role: Role) -> bool:
        """Whether this person holds the role in a team that is not deactivated."""
        return any(held.role == role for held in self.active_memberships)

    @property
    def tries_out(self) -> bool:
        """Whether this is an account of the deployment, which tries the service out."""
        return any(held.team is not None and held.team.for_smoke_tests for held in self.held_memberships)

    @property
    def handled_types(self) -> frozenset[str]:
        """The correspondence types that this person's active teams deal with."""
        return frozenset(
            kind.code
            for held in self.active_memberships
            if held.team
            for kind in held.team.correspondence_types.all()
        )

    @property
    def approving_team(self) -> Team | None:
        """The active team in which this person is an approver; at most one is expected."""
        return next((held.team for held in self.active_memberships if held.role == Role.APPROVER), None)


class Kind(models.TextChoices):
    """The level of a team in the tree. Only business units have members and handle cases."""

    BUSINESS_GROUP = "business_group", "Business group"
    DIRECTORATE = "directorate", "Directorate"
    BUSINESS_UNIT = "business_unit", "Business unit"


class Team(BaseModel):
    """A business group, a directorate or a business unit.

    Attributes:
        code: names a special team, such as ``DISCLOSURE``; code asks for teams by it alone.
        role: what its members are (business units only).
        lead: the director general, director or deputy director.
        moved_to_unit: the unit that took over from this one.
        for_smoke_tests: made by the deployment to try the service out. Its members see its cases and
            nobody else's, nobody else sees them, and no message about them leaves the service.
    """

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    email = models.EmailField(max_length=254, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    code = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 - most have none, and "" is not unique
    lead = models.CharField(max_length=200, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    moved_to_unit = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="predecessors"
    )
    for_smoke_tests = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="team_name_in_kind"),
            models.CheckConstraint(
                condition=models.Q(kind="business_group", parent__isnull=True)
                | models.Q(kind__in=["directorate", "business_unit"], parent__isnull=False),
                name="team_parent_by_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="business_unit") ^ models.Q(role=""), name="team_role_of_units_only"
            ),
        ]
        indexes = [models.Index(Lower("name"), name="team_name")]

    def __str__(self) -> str:
        return self.name


class TeamCorrespondenceType(models.Model):
    """A correspondence type, such as ``FOI``, that a business unit deals with."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="correspondence_types")
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "code"], name="team_type_once")]

    def __str__(self) -> str:
        return f"{self.team_id}: {self.code}"


class TeamArea(models.Model):
    """A subject that a business unit covers, shown to whoever chooses a unit."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="areas")
    text = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "text"], name="team_area_once")]

    def __str__(self) -> str:
        return self.text


class Membership(BaseModel):
    """A person's role in a team."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team", "role"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(role="admin") ^ models.Q(team__isnull=False),
                name="membership_team_by_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.team_id}"


class DefaultOfficer(models.Model):
    """Who is named for an office that another one brought into a case, by correspondence type."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="default_officers")
    correspondence_type = models.CharField(max_length=40)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "correspondence_type"], name="default_officer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.correspondence_type}: {self.user_id}"
