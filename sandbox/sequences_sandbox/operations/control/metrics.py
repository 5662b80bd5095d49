"""The metrics of the control API."""

from ...worlds.results import TextResult
from ...worlds.worlds import Caller
from .control import Control


def getMetrics(control: Control, caller: Caller | None) -> TextResult:
    return TextResult(*control.metrics.written())
