"""How long reads lag behind a write, measured once for each target."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..contract import timestamps
from ..contract.timestamps import precision
from ..http.messages import Response
from ..http.target import TargetError
from .client import ApiClient
from .errors import NotExercised
from .items import Malformed, Run, read_page
from .run_pool import RunPool

#: What does not show within so many seconds counts as lost, not as late.
LONGEST = 3.0
_BETWEEN_LOOKS = 0.02
VARIABLE = "suite_seen"


@dataclass(frozen=True)
class Lag:
    """The seconds after which each way of reading showed a write, and the responses that tell."""

    shown: dict[str, float]
    responses: tuple[Response, ...]

    @property
    def seconds(self) -> float:
        return max(self.shown.values())

    def __str__(self) -> str:
        return ", ".join(f"{way} after {seconds:.2f} s" for way, seconds in self.shown.items() if seconds)


def measure(client: ApiClient, pool: RunPool, longest: float) -> Lag | None:
    """Writes once and reads until it shows. None where it shows at once, and where it never does: that is no lag."""
    try:
        with pool.lease("ACTIVE") as run:
            return _measured(client, run, longest)
    except (NotExercised, TargetError):  # what breaks here breaks under a rule too, which says so
        return None


def _measured(client: ApiClient, run: Run, longest: float) -> Lag | None:
    value = str(time.monotonic_ns())
    written = client.update(run.id, {VARIABLE: value})
    if (client.prepared(written).variables or {}).get(VARIABLE) != value:
        return None
    beside = precision(run.fields["created_at"])
    around = {"created_at_after": run.created - beside, "created_at_before": run.created + beside}
    query = {name: timestamps.write(time) for name, time in around.items()}
    ways: dict[str, Callable[[], Response]] = {
        "get": lambda: client.get(run.id), "lists": lambda: client.search(**query, size=100),
    }  # fmt: skip
    shown: dict[str, float] = {}
    responses = [written]
    while len(shown) < len(ways):
        for way in [way for way in ways if way not in shown]:
            response = ways[way]()
            late = response.began - written.ended
            if _shows(client, response, run.id, value):
                shown[way] = late if len(responses) > len(ways) else 0.0
            elif late > longest:
                return None
            responses.append(response)
        time.sleep(_BETWEEN_LOOKS if len(shown) < len(ways) else 0)
    return Lag(shown, (written, *responses[1 : len(ways) + 1])) if any(shown.values()) else None


def _shows(client: ApiClient, response: Response, run_id: str, value: str) -> bool:
    """Whether a run or a page shows the variable of the run."""
    try:
        if client.contract.find("GET", response.request.bare_path) is client.sequences:
            runs = read_page(response, client.sequences).items
        else:
            runs = (client.prepared(response),)
    except (Malformed, NotExercised):
        return False
    return any(run.id == run_id and (run.variables or {}).get(VARIABLE) == value for run in runs)
