"""The tag Events of the control API."""

from ...worlds.results import StreamResult
from ...worlds.traffic_control import TrafficControl
from ...worlds.worlds import Caller


def streamEvents(control: TrafficControl, caller: Caller) -> StreamResult:
    return StreamResult(caller.key.world_id)
