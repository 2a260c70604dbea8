from correspondence.cases.models.assignment import Assignment, AssignmentRole, AssignmentState
from correspondence.cases.models.case import Case, NumberCounter
from correspondence.cases.models.closing import ReliedExemption
from correspondence.cases.models.deadline import PitExtension
from correspondence.cases.models.history import Seen, Transition
from correspondence.cases.models.link import Link, LinkKind

__all__ = [
    "Assignment",
    "AssignmentRole",
    "AssignmentState",
    "Case",
    "Link",
    "LinkKind",
    "NumberCounter",
    "PitExtension",
    "ReliedExemption",
    "Seen",
    "Transition",
]
