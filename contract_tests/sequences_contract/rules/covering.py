"""Covering arrays: few combinations of parameters in which every pair of their values occurs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

Row = dict[str, Any]
Pair = tuple[str, Any, str, Any]


def covering(values: Mapping[str, Sequence[Any]], allowed: Callable[[Row], bool] = lambda _: True) -> list[Row]:
    """Rows that together hold every pair of values of two parameters that `allowed` lets stand together.

    Each row begins with a pair that is missing and takes, for each further parameter, the value that covers most.
    """
    missing = dict.fromkeys(pair for pair in _pairs(values) if allowed({pair[0]: pair[1], pair[2]: pair[3]}))
    rows: list[Row] = []
    while missing:
        one, first, other, second = next(iter(missing))
        row: Row = {one: first, other: second}
        for name in values:
            if name not in row:
                fitting = [value for value in values[name] if allowed({**row, name: value})]
                row[name] = max(fitting, key=lambda value: _gain(row, name, value, missing))
        for pair in [pair for pair in missing if row[pair[0]] == pair[1] and row[pair[2]] == pair[3]]:
            del missing[pair]
        rows.append({name: row[name] for name in values})
    return rows


def _pairs(values: Mapping[str, Sequence[Any]]) -> Iterator[Pair]:
    for one, other in combinations(values, 2):
        for first in values[one]:
            for second in values[other]:
                yield one, first, other, second


def _gain(row: Row, name: str, value: Any, missing: Mapping[Pair, None]) -> int:
    """How many missing pairs a value adds to a row."""
    return sum(
        (held, row[held], name, value) in missing or (name, value, held, row[held]) in missing for held in row
    )  # fmt: skip
