"""What the control API works on where it concerns requests: faults, rate limits, the journal, events, figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from ..domain.errors import ValidationIssue
from ..store.base import Store
from ..store.traffic import Traffic
from ..traffic.metrics import Tally
from ..traffic.rate_limits import RateLimit

_CUTOFF: Final = 0.55
_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@dataclass(frozen=True, slots=True)
class TrafficControl:
    """The services behind the operations. `operations` are the contract's; `limit` holds where a world has none."""

    store: Store
    operations: Sequence[str]
    limit: RateLimit | None
    tally: Tally

    @property
    def traffic(self) -> Traffic:
        """What is kept of the worlds' requests."""
        return self.store.traffic

    def require_known(
        self, world_id: str, field: str, operation: str | None, key_name: str | None, method: str | None = None
    ) -> None:
        """Raises ValidationIssue for what does not exist, since no request would ever fit it."""
        if method is not None:
            _require(f"{field}method", method.upper(), _METHODS, "no method")
        if operation is not None:
            _require(f"{field}operation", operation, self.operations, "no operation")
        if key_name is not None:
            names = {key.name for key in self.store.keys(world_id)}
            _require(f"{field}key_name", key_name, names, "no key of that name")


def _require(field: str, value: str, known: Iterable[str], problem: str) -> None:
    options = sorted(known)
    if value in options:
        return
    near = get_close_matches(value, options, 1, _CUTOFF)
    hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(options)}."
    raise ValidationIssue(
        f"'{field}' is '{value}', which does not exist here; {hint}",
        field=field,
        value=value,
        problem=problem,
        allowed=options,
    )
