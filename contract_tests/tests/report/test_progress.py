"""The line that shows what is being tried."""

import io
import time
from types import SimpleNamespace

from sequences_contract.report import progress as module
from sequences_contract.report.progress import Progress
from sequences_contract.rules.registry import all_rules

ONE, OTHER, THIRD = [rule for rule in all_rules() if rule.check is not None][:3]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_it_shows_what_is_tried_what_is_waited_for_and_how_long_still(monkeypatch):
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 100.0))
    progress = Progress(io.StringIO())
    for rule in (ONE, OTHER, THIRD):
        progress.began(rule, 6)
    progress.ended(ONE)
    progress.waits("a pause to end", 4)
    progress.waits("a pause to end", 2)
    line = progress.line(101.0)
    assert line == f"1/6 · {OTHER.id} and 1 more · waits 3 s for a pause to end"
    assert progress.line(110.0).endswith("about 50 s left")


def test_it_is_written_on_a_terminal_and_taken_away():
    out = Terminal()
    progress = Progress(out)
    progress.began(ONE, 6)
    deadline = time.monotonic() + 10
    while ONE.id not in out.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    progress.clear()
    assert ONE.id in out.getvalue()
    assert out.getvalue().endswith("\r\033[K")


def test_nothing_is_written_to_a_pipe():
    out = io.StringIO()
    progress = Progress(out)
    progress.began(ONE, 6)
    progress.clear()
    assert out.getvalue() == ""
