"""Answers of the control API as lines for people. Names in them are whatever somebody wrote."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .printable import printable

_Answer = Mapping[str, Any]


def text_of(show: str, answer: Any) -> str:
    """An answer as text; `show` names the form."""
    return "\n".join(map(printable, _SHOWN[show](answer))) or "none"


def event_line(kind: str, data: _Answer) -> str:
    """One event of the stream."""
    return printable(_event(kind, data))


def _event(kind: str, data: _Answer) -> str:
    if kind == "request":
        return f"request   {_request(data)}"
    if kind == "sequence":
        change = _change(data["from"], data["to"])
        return f"sequence  {data['at']}  {data['event']:<9} {data['sequence']['id']}  {change}"
    if kind == "clock":
        return f"clock     {'  '.join(_clock(data))}"
    return f"{kind:<9} {_members(data)}"


def _done(answer: None) -> Iterator[str]:
    yield "done"


def _clock(clock: _Answer) -> Iterator[str]:
    yield f"now   {clock['now']}{'  frozen' if clock['frozen'] else ''}"
    due = clock["next_due"]
    yield f"next  {due['at']}  {due['event']} {due['sequence_id']}" if due else "next  nothing falls due"


def _fired(answer: _Answer) -> Iterator[str]:
    for one in answer["fired"]:
        yield f"{one['at']}  {one['event']:<9} {one['sequence_id']}  {_change(one['from'], one['to'])}"
    more = answer["fired_count"] - len(answer["fired"])
    if more:
        yield f"... and {more} more"
    yield f"now {answer['now']}, events on the way: {answer['fired_count']}"


def _world(world: _Answer) -> Iterator[str]:
    yield f"world {world['name']}  {world['id']}  fixture {world['fixture']}  expires {world['expires_at'] or 'never'}"
    yield from _clock(world["clock"])
    for organization in world["organizations"]:
        yield organization["name"]
        yield f"  runs: {'  '.join(f'{status} {count}' for status, count in organization['counts'].items()) or 'none'}"
        for key in organization["api_keys"]:
            yield f"  key {key.get('token', key['name']):<40} {' '.join(key['scopes']) or 'no scope'}"


def _worlds(answer: _Answer) -> Iterator[str]:
    for one in answer["items"]:
        yield f"{one['id']}  {one['name']:<24} fixture {one['fixture']}  expires {one['expires_at'] or 'never'}"
    yield f"{answer['total_count']} in all"


def _run(run: _Answer) -> Iterator[str]:
    yield f"{run['id']}  {run['status']}  updated {run['updated_at']}"


def _history(answer: _Answer) -> Iterator[str]:
    for one in answer["items"]:
        line = f"{one['at']}  {one['event']:<9} by {one['by']:<7} {_change(one['from'], one['to'])}"
        yield f"{line}  {one['request_id'] or ''}".rstrip()


def _snapshot(one: _Answer) -> Iterator[str]:
    yield f"{one['name']:<24} the world's time {one['now']}"


def _diff(diff: _Answer) -> Iterator[str]:
    for sign, runs in (("+", diff["added"]), ("-", diff["removed"])):
        yield from (f"{sign} {run['id']}  {run['status']}" for run in runs)
    for run in diff["changed"]:
        fields = "  ".join(f"{name}: {_change(was['from'], was['to'])}" for name, was in run["fields"].items())
        yield f"~ {run['id']}  {fields}"


def _fault(fault: _Answer) -> Iterator[str]:
    limits = {name: fault[name] for name in ("times", "for") if fault[name] is not None}
    when = _members({**fault["match"], **limits}) or "every request"
    yield f"{fault['id']}  {_members(fault['effect'])}  on {when}  happened {fault['hits']} times"


def _rate(answer: _Answer) -> Iterator[str]:
    rate = answer["rate_limit"]
    yield f"{rate['limit']} calls in {rate['per_seconds']} s, {rate['burst']} at once" if rate else "no limit"


def _journal(answer: _Answer) -> Iterator[str]:
    yield from map(_request, answer["items"])
    if answer["has_more"]:
        yield f"{answer['total_count']} in all; --page shows the others"


def _request(entry: _Answer) -> str:
    query = f"?{entry['query']}" if entry.get("query") else ""
    fault = f"  fault: {entry['fault']}" if entry["fault"] else ""
    call = f"{entry['method']:<6} {entry['path']}{query}  {entry['status']}"
    return f"{entry['at']}  {call}  {entry['key_name'] or 'no key'}{fault}  {entry['request_id']}"


def _verified(answer: _Answer) -> Iterator[str]:
    yield f"{'it is so' if answer['ok'] else 'it is not so'}: {answer['count']} fit"
    for one in answer["nearest"]:
        if one["differs"]:
            yield f"near miss {one['request_id']}: {'; '.join(one['differs'])}"
        else:
            yield f"too many  {one['request_id']}"


def _each(line: Callable[[_Answer], Iterator[str]]) -> Callable[[_Answer], Iterator[str]]:
    return lambda answer: (text for item in answer["items"] for text in line(item))


def _change(was: Any, now: Any) -> str:
    return f"{_word(was)} -> {_word(now)}"


def _members(values: _Answer) -> str:
    return "  ".join(f"{name} {_word(value)}" for name, value in values.items())


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_SHOWN: Final[Mapping[str, Callable[[Any], Iterator[str]]]] = {
    "done": _done, "clock": _clock, "fired": _fired, "world": _world, "worlds": _worlds, "run": _run,
    "history": _history, "snapshot": _snapshot, "snapshots": _each(_snapshot), "diff": _diff, "fault": _fault,
    "faults": _each(_fault), "rate": _rate, "journal": _journal, "verified": _verified,
}  # fmt: skip
