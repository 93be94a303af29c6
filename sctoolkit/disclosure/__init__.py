"""What may leave: thresholds and suppression.

`protect.protect(tables, preset=..., caveats=...)` is the one place through which every shareable output passes.
It takes all tables of a release at once (`table.Table`: unrounded cells that know which people they are about) and
returns them with cells hidden, shown as a lower bound or rounded. Pictures, alternative texts, sentences,
spreadsheets and JSON are made from what it returns, so that what is hidden in one place is hidden in all.

- ``presets.py``, ``presets.toml``: rules by name, with sources
- ``table.py``: the table model
- ``lines.py``: which counts add up to which, found from the attributes of the people
- ``suppression.py``: small counts, and as many more as keep them from being derived
- ``audit.py``: what a reader can derive, by linear programming
"""
