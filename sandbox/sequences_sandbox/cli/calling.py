"""What the commands for a running sandbox do: one call, and its answer for people or programs."""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx

from ..client.errors import SandboxError
from ..client.transport import Control
from .options import UsageError
from .remote import Verb


def run(options: argparse.Namespace) -> None:
    """Calls, and prints the answer. Raises UsageError with what the sandbox said when it refuses."""
    verb: Verb = options.verb
    with httpx.Client(base_url=options.url.rstrip("/").removesuffix("/v1"), timeout=60) as http:
        try:
            if verb.show in ("events", "requests"):
                _follow(http, options)
                return
            query, body = _query_and_body(verb, options)
            path = verb.path.format_map(
                {name: quote(str(getattr(options, name)), safe="") for name in verb.positionals}
            )
            answer = Control(http, options.key)(
                verb.method, path, query=query, body=body if verb.method != "GET" else None
            )
        except SandboxError as error:
            raise UsageError(str(error)) from None
        except httpx.InvalidURL as error:
            raise UsageError(f"--url {options.url!r}: {error}.") from None
    text = (
        json.dumps(answer, ensure_ascii=False, indent=2) if options.json or verb.show == "json" else _text(verb, answer)
    )
    print(text)
    if verb.show == "verified" and not answer["ok"]:
        raise SystemExit(1)


def _query_and_body(verb: Verb, options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any] | None]:
    query: dict[str, Any] = {}
    body: dict[str, Any] = dict(verb.body)
    for name in verb.positionals:
        if "{" + name + "}" not in verb.path:
            body[name] = getattr(options, name)
    for flag, place in verb.options.items():
        value = getattr(options, flag)
        if value is None:
            continue
        if place.startswith("query:"):
            query[place.removeprefix("query:")] = value
        else:
            _put(body, place.split("."), value)
    return query, body or None


def _put(body: dict[str, Any], place: list[str], value: Any) -> None:
    for name in place[:-1]:
        body = body.setdefault(name, {})
    body[place[-1]] = value


def _follow(http: httpx.Client, options: argparse.Namespace) -> None:
    """Prints events as they come, until interrupted."""
    headers = {"Authorization": f"Bearer {options.key}"}
    with http.stream("GET", "/_sandbox/events", headers=headers, timeout=None) as answer:
        if not answer.is_success:
            raise UsageError(json.loads(answer.read())["message"])
        for kind, data in _events(answer.iter_lines()):
            if options.verb.show == "requests" and kind != "request":
                continue
            print(data if options.json else f"{kind:<9} {_line(json.loads(data))}", flush=True)


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    kind = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, value


def _text(verb: Verb, answer: Any) -> str:
    if answer is None:
        return "done"
    lines = _SHOWN.get(verb.show, _fields)(answer)
    return "\n".join(lines) or "none"


def _fields(answer: Mapping[str, Any]) -> Iterator[str]:
    yield _line(answer)


def _fired(answer: Mapping[str, Any]) -> Iterator[str]:
    for one in answer["fired"]:
        yield f"{one['at']}  {one['event']:<9} {one['sequence_id']}  {one['from']} -> {one['to']}"
    more = answer["fired_count"] - len(answer["fired"])
    if more:
        yield f"... and {more} more"
    yield f"now {answer['now']}"


def _items(answer: Mapping[str, Any]) -> Iterator[str]:
    return (_line(item) for item in answer["items"])


def _journal(answer: Mapping[str, Any]) -> Iterator[str]:
    for entry in answer["items"]:
        query = f"?{entry['query']}" if entry["query"] else ""
        fault = f"  fault: {entry['fault']}" if entry["fault"] else ""
        who = entry["key_name"] or "no key"
        call = f"{entry['method']:<6} {entry['path']}{query}"
        yield f"{entry['at']}  {call}  {entry['status']}  {who}{fault}  {entry['request_id']}"


def _world(world: Mapping[str, Any]) -> Iterator[str]:
    yield f"{world['name']}  {world['id']}  fixture {world['fixture']}  expires {world['expires_at'] or 'never'}"
    yield f"now {world['clock']['now']}{'  frozen' if world['clock']['frozen'] else ''}"
    for organization in world["organizations"]:
        counts = "  ".join(f"{status} {count}" for status, count in organization["counts"].items())
        yield f"{organization['name']}: {counts}"
        for key in organization["api_keys"]:
            yield f"  {key.get('token', key['id']):<40} {' '.join(key['scopes']) or 'no scope'}"


def _worlds(answer: Mapping[str, Any]) -> Iterator[str]:
    for one in answer["items"]:
        yield f"{one['id']}  {one['name']:<24} {one['fixture']:<14} expires {one['expires_at'] or 'never'}"
    yield f"{answer['total_count']} in all"


def _verified(answer: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'ok' if answer['ok'] else 'not so'}, {answer['count']} fit"
    for one in answer["nearest"]:
        yield f"near miss {one['request_id']}: {'; '.join(one['differs'])}"


def _line(value: Mapping[str, Any]) -> str:
    return "  ".join(
        f"{name}={item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)}"
        for name, item in value.items()
    )


_SHOWN: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "fired": _fired, "items": _items, "journal": _journal, "world": _world, "worlds": _worlds, "verified": _verified,
}  # fmt: skip
