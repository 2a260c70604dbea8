import pytest
from correspondence.config.example import cases
from correspondence.caseload import queries
from correspondence.core import clock
from correspondence.cases.actions import deadlines
from correspondence.cases.models import Case
from tests.factories import person
@pytest.mark.django_db
def test_x(settings):
    cases.load(99)
    print([c.subject for c in queries.incoming(person("Pete Press"), today=clock.today())])
    print(Case.objects.count(), [c.number for c in Case.objects.all() if not deadlines.working_of(c).agrees])
