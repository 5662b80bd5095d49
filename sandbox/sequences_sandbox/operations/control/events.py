"""The tag Events of the control API."""

from ...worlds.results import StreamResult
from ...worlds.worlds import Caller
from .traffic_control import TrafficControl


def streamEvents(control: TrafficControl, caller: Caller) -> StreamResult:
    return StreamResult(caller.key.world_id)
