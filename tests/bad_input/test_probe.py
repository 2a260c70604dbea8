import pytest, time, cProfile, pstats
from tests.bad_input.doors import DOORS
pytestmark = pytest.mark.django_db
@pytest.mark.parametrize("name", ["update_closure", "edit_case", "create_foi","destroy_case"])
def test_good(name):
    door = DOORS[name]()
    for i in range(3):
        t=time.process_time(); a=door.browser.get(door.address); print(name, a.status, len(a.body), time.process_time()-t)
    t=time.process_time(); a=door.send(door.without("form_key")); print(name, a.status, len(a.body), time.process_time()-t)
    if name=="update_closure":
        pr=cProfile.Profile(); pr.enable(); door.browser.get(door.address); pr.disable()
        pstats.Stats(pr).sort_stats("cumtime").print_stats(45)
