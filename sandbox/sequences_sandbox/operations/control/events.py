"""The tag Events of the control API."""

from ...worlds.results import StreamResult
from ...worlds.worlds import Caller
from .control import Control


def streamEvents(control: Control, caller: Caller) -> StreamResult:
    return StreamResult(caller.key.world_id)
