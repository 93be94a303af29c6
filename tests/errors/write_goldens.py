"""Write the golden texts of error cases that have none (``--all``: of every case). Read them before committing."""

import sys

sys.path.insert(0, str(__import__("pathlib").Path(__file__).parent))
from collect import GOLDEN, load_cases, outcome

GOLDEN.mkdir(exist_ok=True)
for slug in load_cases():
    path = GOLDEN / f"{slug}.txt"
    if "--all" in sys.argv or slug in sys.argv or not path.exists():
        path.write_text(outcome(slug).text, encoding="utf-8")
        print(f"== {slug}\n{path.read_text(encoding='utf-8')}")
