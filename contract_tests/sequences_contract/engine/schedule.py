"""Which rules are tried at the same time, and in which order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .rule import Rule

#: Rules that generate what they send, by the first word of their ids: they take longest, so they begin first; a quick run
#: leaves them out; and what shows a violation otherwise is shown before theirs.
GENERATED = ("robustness", "journeys")
#: Rules that are tried at a time for each request that may be in flight: while one computes, another one sends.
_BESIDE = 2

Batch = tuple[Rule, ...]
"""Rules that are tried one after the other, in one world."""


@dataclass(frozen=True)
class Stage:
    """Batches that are tried at the same time, by so many threads; the next stage waits for all of them.

    `is_crowded` says that rules are tried beside others that write in their world; not those of the batch `alone`, where
    there is one: beside it, others only read.
    """

    batches: Sequence[Batch]
    workers: int
    is_crowded: bool = False
    alone: Batch = ()


def in_own_worlds(rules: Iterable[Rule], workers: int, *, stops_counted: bool) -> Stage:
    """All at the same time, where each worker has a world of its own, and nothing that one does can disturb another.

    Where stops are counted, which rule gets the last of them must not be left to chance.
    """
    counted = "stop" if stops_counted else ""
    batches = _batches(rules, lambda rule: counted if rule.tier == counted else _shared(rule))
    batches.sort(key=len, reverse=True)  # what takes longest begins first
    return Stage(batches, min(workers, len(batches)))


def in_one_world(rules: Iterable[Rule], workers: int, *, stops_counted: bool) -> list[Stage]:
    """First what only reads, then what writes, then what stops runs for good; what would disturb others is tried alone.

    Alone means that nothing else writes. Reads go beside it that ought not to see what it writes: those of other resources,
    and those that are generated, where each response is judged by itself.
    """
    ordered = _longest_first(rules)
    reads, writes, stops = ([rule for rule in ordered if rule.tier == tier] for tier in ("read", "write", "stop"))
    alone = [rule for rule in writes if rule.disturbs]
    last = stops if stops_counted else [rule for rule in stops if rule.disturbs]
    changed = {None, *(rule.tag for rule in alone)}
    generated = [rule for rule in reads if rule.group in GENERATED] if last and workers > 1 else []
    others = (
        [rule for rule in reads if rule.tag not in changed and rule not in generated] if alone and workers > 1 else []
    )
    first = [rule for rule in reads if rule not in (*generated, *others)]
    return [
        _side_by_side(first, workers), _alone(alone, others, workers), _side_by_side(writes, workers),
        *([] if stops_counted else [_side_by_side(stops, workers)]), _alone(last, generated, workers),
    ]  # fmt: skip


def _side_by_side(rules: Iterable[Rule], workers: int) -> Stage:
    found = [rule for rule in rules if not rule.disturbs]
    is_crowded = workers > 1 and any(rule.tier != "read" for rule in found)
    together = workers * _BESIDE if workers > 1 else 1
    return Stage(_batches(found), together, is_crowded)


def _alone(rules: Sequence[Rule], beside: Sequence[Rule], workers: int) -> Stage:
    alone = tuple(rules)
    if not beside:
        return Stage([alone], 1)
    return Stage([alone, *_batches(beside)], workers - 1, True, alone)  # so that its requests find a place at once


def _shared(rule: Rule) -> str:
    return rule.shares or rule.id


def _batches(rules: Iterable[Rule], together: Callable[[Rule], str] = _shared) -> list[Batch]:
    """The rules, those of which `together` says the same in one batch."""
    found: dict[str, list[Rule]] = {}
    for rule in _longest_first(rules):
        found.setdefault(together(rule), []).append(rule)
    return [tuple(batch) for batch in found.values()]


def _longest_first(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: (rule.tier == "stop", rule.group not in GENERATED))
