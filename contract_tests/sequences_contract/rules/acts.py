"""Every operation as a call with a run in hand: for rules that go through all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..exchange import Answer
from .registry import Tier

if TYPE_CHECKING:
    from ..runs import Run
    from ..trial import Trial

LATER = "2100-01-04T08:00:00Z"
_CHANGE = {"contract_suite": "was here"}

Act = Callable[..., Answer]


def _list(trial: Trial, run: Run | None, **how: Any) -> Answer:
    return trial.call("GET", "/sequences", query={"size": 1}, **how)


def _get(trial: Trial, run: Run | None, **how: Any) -> Answer:
    return trial.call("GET", f"/sequences/{_id(run)}", **how)


def _update(trial: Trial, run: Run | None, **how: Any) -> Answer:
    return trial.update(_id(run), _CHANGE, **how)


def _pause(trial: Trial, run: Run | None, **how: Any) -> Answer:
    return trial.pause(_id(run), LATER, **how)


def _resume(trial: Trial, run: Run | None, **how: Any) -> Answer:
    return trial.resume(_id(run), **how)


def _stop(trial: Trial, run: Run | None, **how: Any) -> Answer:
    return trial.stop(_id(run), **how)


def _id(run: Run | None) -> str:
    assert run is not None  # noqa: S101  # every act but list is given a run
    return run.id


#: Operation: how it is called, its tier, the status its run should be in, its scope.
ACTS: dict[str, tuple[Act, Tier, str, str]] = {
    "list": (_list, "read", "", "read"),
    "get": (_get, "read", "ACTIVE", "read"),
    "update": (_update, "write", "ACTIVE", "write"),
    "pause": (_pause, "write", "ACTIVE", "write"),
    "resume": (_resume, "write", "WAITING_FOR_LEAD", "write"),
    "stop": (_stop, "stop", "ACTIVE", "write"),
}
