import pytest
from tests.bad_input.doors import DOORS
from correspondence.cases.models import Transition
from correspondence.documents.models import Attachment
pytestmark = pytest.mark.django_db
@pytest.mark.parametrize("name", DOORS)
def test_good(name):
    door = DOORS[name]()
    a = door.send()
    ts = list(Transition.objects.filter(form_key=door.answers.get("form_key")).values_list("event","case_id")) if "form_key" in door.answers else None
    grp = Attachment.objects.filter(upload_group=door.answers.get("form_key")).count() if "form_key" in door.answers else None
    msg=""
    if a.status!=302 and a.body:
        p=a.page
        msg=[e.text for e in p.all(class_="govuk-error-summary")] or p.one("main").text[:300]
    else:
        f=door.follow(a)
        if f.status==200: msg=[x.text for x in f.page.all(class_="moj-alert--error")]
    print("DOOR", name, a.status, a.location, ts, grp, msg)
    assert a.status==302
