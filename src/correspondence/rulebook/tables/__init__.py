"""One module a table, one name: ``policy/clocks.yaml`` is read into ``tables/clocks.py``.

The models refuse what a single table can know to be wrong; what needs two tables is checked in
``rulebook.checks``.
"""
