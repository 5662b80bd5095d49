"""The tag Events of the control API."""

from ..traffic_control import TrafficControl
from ..views import ListenView
from ..world import Caller


def streamEvents(control: TrafficControl, caller: Caller) -> ListenView:
    """What happens in the caller's world."""
    return ListenView(caller.key.world_id)
