import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/policy/",
        "/policy/workflows/foi/standard/",
        "/policy/workflows/foi/trigger/",
        "/policy/workflows/foi/full_approval/",
        "/policy/clocks/",
        "/policy/holidays/",
        "/policy/closure/",
        "/policy/permissions/",
    ],
)
def test_a(as_manager, address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_manager.get(address)
    with CaptureQueriesContext(connection) as c:
        r = as_manager.get(address)
    print(address, len(c), len(r.content))
    for q in c:
        print("   ", q["sql"][:150])
    assert r.status_code == 200
