"""Write what the demo prints into the README. Read the difference before committing it."""

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path

from sctoolkit.cli.main import run_command

README = Path(__file__).resolve().parents[1] / "README.md"
MARK = r"(<!-- output: demo -->\n```text\n)(.*?)```"

here = Path.cwd()
with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
    os.chdir(folder)
    run_command(["demo"])
    os.chdir(here)
text = README.read_text(encoding="utf-8")
block = printed.getvalue().rstrip()
README.write_text(re.sub(MARK, lambda m: f"{m.group(1)}{block}\n```", text, flags=re.S), encoding="utf-8")
