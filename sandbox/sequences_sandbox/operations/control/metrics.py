"""The metrics of the control API."""

from ...worlds.results import TextResult
from ...worlds.traffic_control import TrafficControl
from ...worlds.worlds import Caller


def getMetrics(control: TrafficControl, caller: Caller | None) -> TextResult:
    return TextResult(*control.metrics.written())
