"""The names that exist in a world, for matches of faults and of questions to the journal."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from typing import Final

from ...domain.errors import ValidationIssue
from ...validation import field_issue, nearest

_METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_MOST_CANDIDATES: Final = 100
_MOST_SHOWN: Final = 10


class KnownNames:
    """What can be named in a match. A name that does not exist is an error, since no request would ever match it."""

    def __init__(
        self,
        operations: Iterable[str],
        key_names: Iterable[str],
        key_ids: Iterable[str] = (),
        headers: Iterable[bytes] = (),
        base_path: str = "",
    ) -> None:
        self._beginning: Final = f"{base_path}/"
        self._operations: Final = sorted(operations)
        self._key_names: Final = sorted(set(key_names))
        self._key_ids: Final = sorted(key_ids)
        self._headers: Final = frozenset(name.decode("latin-1") for name in headers)

    def require(
        self,
        place: str,
        operation: str | None,
        method: str | None,
        key_name: str | None,
        key_id: str | None = None,
    ) -> None:
        """Raises ValidationIssue for a name that does not exist; `place` is what precedes the names of its fields."""
        if method is not None:
            _require(f"{place}method", method.upper(), _METHODS)
        if operation is not None:
            _require(f"{place}operation", operation, self._operations)
        if key_name is not None:
            _require(f"{place}key_name", key_name, self._key_names)
        if key_id is not None:
            _require(f"{place}key_id", key_id, self._key_ids)

    def require_path(self, field: str, pattern: str | None) -> None:
        """Raises ValidationIssue for a pattern that matches no path below the base path."""
        if pattern is None:
            return
        head, star, _ = pattern.partition("*")
        if not head.startswith(self._beginning) and not (star and self._beginning.startswith(head)):
            shown = pattern[:200]
            expected = f"is '{shown}', which no path matches; paths of the API begin with '{self._beginning}'"
            raise field_issue(field, "not allowed", expected, shown)

    def require_header(self, field: str, name: str) -> None:
        """Raises ValidationIssue for a header that the journal does not keep."""
        if name not in self._headers:
            raise ValidationIssue(
                f"'{field}' names '{name[:100]}', which the journal does not keep; start the sandbox with "
                f"--journal-headers {name[:100]}, or name another.",
                field=field,
                value=name[:100],
                problem="not kept",
                allowed=sorted(self._headers),
            )


def _require(field: str, value: str, known: Sequence[str]) -> None:
    at = bisect(known, value)
    if at > 0 and known[at - 1] == value:
        return
    # Of many names those are compared that stand beside `value` in alphabetical order.
    first = max(0, min(at - _MOST_CANDIDATES // 2, len(known) - _MOST_CANDIDATES))
    near = nearest(value, known[first : first + _MOST_CANDIDATES])
    more = len(known) - _MOST_SHOWN
    listed = ", ".join([*known[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])
    hint = f"did you mean '{near}'?" if near else f"there are {listed}."
    raise ValidationIssue(
        f"'{field}' is '{value}', which does not exist here; {hint}",
        field=field,
        value=value,
        problem="unknown",
        allowed=list(known[:_MOST_CANDIDATES]),
    )
