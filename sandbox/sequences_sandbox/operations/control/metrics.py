"""The metrics of the control API."""

from ...worlds.results import TextResult
from ...worlds.worlds import Caller
from .traffic_control import TrafficControl


def getMetrics(control: TrafficControl, caller: Caller | None) -> TextResult:
    return TextResult(*control.metrics.written())
