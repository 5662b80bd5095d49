"""The tag Events of the control API."""

from ...worlds.worlds import Caller
from ..results import StreamResult
from .control import Control


def streamEvents(control: Control, caller: Caller) -> StreamResult:
    return StreamResult(caller.key.world_id)
