"""docs/cli.md is what the programs say of themselves."""

import runpy
from pathlib import Path


def test_the_page_of_commands_is_current():
    made = runpy.run_path(str(Path(__file__).with_name("cli_reference.py")))
    assert made["PAGE"].read_text("utf-8") == made["page"](), "run `python sandbox/tests/docs/cli_reference.py`"
