"""Results of the control API as lines for people. Names in them are whatever somebody wrote."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .printable import printable

_Result = Mapping[str, Any]


def text_of(show: str, result: Any) -> str:
    """A result as text; `show` names the form."""
    return "\n".join(map(printable, _SHOWN[show](result))) or "none"


def event_line(kind: str, data: _Result) -> str:
    """One event of the stream."""
    return printable(_event(kind, data))


def _event(kind: str, data: _Result) -> str:
    if kind == "request":
        return f"request   {_request(data)}"
    if kind == "sequence":
        change = _change(data["from"], data["to"])
        return f"sequence  {data['at']}  {data['event']:<9} {data['sequence']['id']}  {change}"
    if kind == "clock":
        return f"clock     {'  '.join(_clock(data))}"
    return f"{kind:<9} {_members(data)}"


def _done(result: None) -> Iterator[str]:
    yield "done"


def _clock(clock: _Result) -> Iterator[str]:
    yield f"now   {clock['now']}{'  frozen' if clock['frozen'] else ''}"
    due = clock["next_due"]
    yield f"next  {due['at']}  {due['event']} {due['sequence_id']}" if due else "next  nothing falls due"


def _fired(result: _Result) -> Iterator[str]:
    for one in result["fired"]:
        yield f"{one['at']}  {one['event']:<9} {one['sequence_id']}  {_change(one['from'], one['to'])}"
    more = result["fired_count"] - len(result["fired"])
    if more:
        yield f"... and {more} more"
    yield f"now {result['now']}, events on the way: {result['fired_count']}"
    if result["left"]:
        yield f"more falls due than one request applies; go on with: clock advance --to {result['left']['to']}"


def _world(world: _Result) -> Iterator[str]:
    yield f"world {world['name']}  {world['id']}  fixture {world['fixture']}  expires {world['expires_at'] or 'never'}"
    yield from _clock(world["clock"])
    for organization in world["organizations"]:
        yield organization["name"]
        counts = [f"{name} {count}" for name, count in organization["counts"].items()]
        yield f"  {'  '.join(counts) or 'empty'}"
        for key in organization["api_keys"]:
            yield f"  key {key.get('token', key['name']):<40} {' '.join(key['scopes']) or 'no scope'}"


def _worlds(result: _Result) -> Iterator[str]:
    for one in result["items"]:
        used = f"used {one['last_used_at'] or 'unknown'}  expires {one['expires_at'] or 'never'}"
        yield f"{one['id']}  {one['name']:<24} fixture {one['fixture']}  {used}  documents {one['size']}"
    yield f"{result['total_count']} in all"


def _run(run: _Result) -> Iterator[str]:
    yield f"{run['id']}  {run['status']}  updated {run['updated_at']}"


def _history(result: _Result) -> Iterator[str]:
    for one in result["items"]:
        line = f"{one['at']}  {one['event']:<9} by {one['by']:<7} {_change(one['from'], one['to'])}"
        yield f"{line}  {one['request_id'] or ''}".rstrip()


def _snapshot(one: _Result) -> Iterator[str]:
    yield f"{one['name']:<24} the world's time {one['now']}"


def _diff(diff: _Result) -> Iterator[str]:
    for sign, documents in (("+", diff["added"]), ("-", diff["removed"])):
        yield from (f"{sign} {one['kind']} {one['id']}  {one.get('status', '')}".rstrip() for one in documents)
    for one in diff["changed"]:
        fields = "  ".join(f"{name}: {_change(was['from'], was['to'])}" for name, was in one["fields"].items())
        yield f"~ {one['kind']} {one['id']}  {fields}"


def _fault(rule: _Result) -> Iterator[str]:
    limits = {name: rule[name] for name in ("times", "for") if rule[name] is not None}
    when = _members({**rule["match"], **limits}) or "every request"
    counts = f"matched {rule['matched']}  fired {rule['fired']}"
    yield f"{rule['id']}  {rule['state']}  {_members(rule['effect'])}  on {when}  {counts}"


def _rate(result: _Result) -> Iterator[str]:
    rate = result["rate_limit"]
    yield f"{rate['limit']} calls in {rate['per_seconds']} s, {rate['burst']} at once" if rate else "no limit"
    for key in result.get("keys", []):
        yield f"    {key['name']}: {key['remaining']} left, all again in {key['reset_seconds']} s"


def _journal(result: _Result) -> Iterator[str]:
    for entry in result["items"]:
        yield _request(entry)
        yield from (f"    > {body}" for body in [entry["request"].get("body")] if body)
        yield from (f"    < {body}" for body in [entry["response"].get("body")] if body)
    if result["has_more"]:
        yield f"{result['total_count']} in all; --page shows the others"


def _request(entry: _Result) -> str:
    query = f"?{entry['query']}" if entry.get("query") else ""
    fault = f"  fault: {entry['fault']}" if entry["fault"] else ""
    call = f"{entry['method']:<6} {entry['path']}{query}  {entry['status']}"
    return f"{entry['at']}  {call}  {entry['key_name'] or 'no key'}{fault}  {entry['request_id']}"


def _verified(result: _Result) -> Iterator[str]:
    yield f"{'holds' if result['ok'] else 'does not hold'}: {result['count']} matched"
    for one in result["nearest"]:
        if one["differs"]:
            yield f"near miss {one['request_id']}: {'; '.join(one['differs'])}"
        else:
            yield f"too many  {one['request_id']}"


def _each(line: Callable[[_Result], Iterator[str]]) -> Callable[[_Result], Iterator[str]]:
    return lambda result: (text for item in result["items"] for text in line(item))


def _change(was: Any, now: Any) -> str:
    return f"{_word(was)} -> {_word(now)}"


def _members(values: _Result) -> str:
    return "  ".join(f"{name} {_word(value)}" for name, value in values.items())


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_SHOWN: Final[Mapping[str, Callable[[Any], Iterator[str]]]] = {
    "done": _done, "clock": _clock, "fired": _fired, "world": _world, "worlds": _worlds, "run": _run,
    "history": _history, "snapshot": _snapshot, "snapshots": _each(_snapshot), "diff": _diff, "fault": _fault,
    "faults": _each(_fault), "rate": _rate, "journal": _journal, "verified": _verified,
}  # fmt: skip
