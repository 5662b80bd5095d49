"""The metrics of the control API."""

from ...worlds.worlds import Caller
from ..results import TextResult
from .control import Control


def getMetrics(control: Control, caller: Caller | None) -> TextResult:
    return TextResult(*control.metrics.written())
