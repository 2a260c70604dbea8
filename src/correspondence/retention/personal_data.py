"""Which stored texts are about people, in one list: anonymising, exports and logs go by it.

Every field that can hold text has a class, in every table, those of Django included; a test finds one
that has none. A table is named as Django names it, so that the list can speak of apps that stand above.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class DataClass(StrEnum):
    """How a text has to be treated."""

    SPECIAL = "special"
    """Free words or files' names: they may hold special categories of personal data (UK GDPR art. 9)."""
    PERSONAL = "personal"
    """Says who somebody is, or how to reach them (UK GDPR art. 4(1))."""
    OFFICIAL = "official"
    """Codes, keys and words of the department; about nobody."""
    PUBLIC = "public"
    """May be published as it is."""


FIELDS: Mapping[DataClass, Mapping[str, frozenset[str]]] = {
    DataClass.SPECIAL: {
        "caseload.Search": frozenset({"text"}),
        "cases.Case": frozenset({"subject", "message", "deletion_reason", "search"}),
        "cases.PitExtension": frozenset({"reason", "long_reason"}),
        "cases.ReliedExemption": frozenset({"public_interest_reasons", "opinion"}),
        "cases.Transition": frozenset({"message", "data"}),
        "documents.Attachment": frozenset({"filename"}),
        "notifications.Message": frozenset({"values"}),
    },
    DataClass.PERSONAL: {
        "audit.Entry": frozenset({"actor_name"}),
        "cases.Case": frozenset({"name", "email", "postal_address", "requester_type"}),
        "notifications.Delivery": frozenset({"detail"}),
        "notifications.Message": frozenset({"recipient_email", "recipient_name"}),
        "organisation.Team": frozenset({"lead"}),
        "organisation.User": frozenset({"full_name", "email", "password"}),
        "rulebook.Edition": frozenset({"publisher_name"}),
        "sessions.Session": frozenset({"session_data"}),
    },
    DataClass.OFFICIAL: {
        "audit.Entry": frozenset(
            {"stream", "action", "subject", "data", "request_id", "previous_mac", "mac"}
        ),
        "auth.Group": frozenset({"name"}),
        "auth.Permission": frozenset({"name", "codename"}),
        "cases.Assignment": frozenset({"role", "state"}),
        "cases.Case": frozenset(
            {
                "number",
                "case_type",
                "workflow",
                "state",
                "delivery_method",
                "information_held",
                "outcome",
                "refusal_reason",
                "refusal_ground",
                "appeal_outcome",
            }
        ),
        "cases.Link": frozenset({"kind"}),
        "cases.PitExtension": frozenset({"exemption"}),
        "cases.ReliedExemption": frozenset({"code"}),
        "cases.Transition": frozenset({"event", "from_state", "to_state", "to_workflow", "acting_role"}),
        "contenttypes.ContentType": frozenset({"app_label", "model"}),
        "documents.Attachment": frozenset({"kind", "content_type", "sha256", "storage_key", "scan"}),
        "documents.CaseKey": frozenset({"wrapped", "provider_version"}),
        "jobs.Job": frozenset(
            {"kind", "queue", "arguments", "unique_key", "state", "broker_id", "last_error"}
        ),
        "notifications.Delivery": frozenset({"outcome", "provider_id"}),
        "notifications.Message": frozenset({"kind"}),
        "organisation.DefaultOfficer": frozenset({"correspondence_type"}),
        "organisation.Membership": frozenset({"role"}),
        "organisation.Team": frozenset({"name", "kind", "email", "role", "code"}),
        "organisation.TeamArea": frozenset({"text"}),
        "organisation.TeamCorrespondenceType": frozenset({"code"}),
        "rulebook.Edition": frozenset({"digest"}),
        "sessions.Session": frozenset({"session_key"}),
    },
    DataClass.PUBLIC: {
        "rulebook.Edition": frozenset({"content"}),
    },
}
"""The fields of each class, by table."""
