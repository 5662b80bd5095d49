"""The tag Server of the control API: how the sandbox is."""

from typing import Any

from ... import __version__
from ...domain.errors import UnavailableIssue
from ...domain.timestamps import SECOND
from ...worlds.worlds import Caller
from ..results import StatusResult
from .control import Control


def getHealth(control: Control, caller: Caller | None) -> dict[str, Any]:
    """It answers, so it is alive."""
    uptime = (control.wall() - control.started_wall) / SECOND
    return {"status": "ok", "version": __version__, "uptime_seconds": uptime}


def getReadiness(control: Control, caller: Caller | None) -> StatusResult | dict[str, Any]:
    store = control.worlds.store
    reason = store.trouble()
    readiness = {"ready": reason is None, "store": store.name, "reason": reason}
    return readiness if reason is None else StatusResult(UnavailableIssue.status_code, readiness)


def getControlContract(control: Control, caller: Caller | None) -> dict[str, Any]:
    """control.yaml, its server relative to where it is read: below a path prefix too."""
    return {**control.document, "servers": [{"url": "../_sandbox", "description": "This sandbox"}]}
