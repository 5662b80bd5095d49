"""The figures of the control API."""

from ...worlds.figures import MetricsCollector
from ...worlds.results import TextResult
from ...worlds.traffic_control import TrafficControl
from ...worlds.world import Caller


def getMetrics(control: TrafficControl, caller: Caller | None) -> TextResult:
    """The figures in Prometheus' text form."""
    return TextResult(*MetricsCollector(control).written())
