"""The figures of the control API."""

from ..figures import Figures
from ..traffic_control import TrafficControl
from ..views import TextView
from ..world import Caller


def getMetrics(control: TrafficControl, caller: Caller | None) -> TextView:
    """The figures in Prometheus' text form."""
    return TextView(*Figures(control).written())
