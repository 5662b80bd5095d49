"""Probes: short scripts of requests, and the outcome that a server gives to each.

One line a request: `[who:] METHOD target [body]`, where `who` names a key of `probe_world` (default `rw`, `nobody`
for none), `{name}` in a target stands for that run's path and in a query for an id; `<Name: value>` before the method
sets a header; a body `@name` is one of `ODD_BODIES`. `wait DURATION` moves the clock. `&&` separates lines too; requests
that `||` separates are sent at the same time. `<Connection: name>` names the connection of a request, `hang up name` ends
that, and `sleep SECONDS` lets real time pass.
"""

import asyncio
import json
import re
from typing import Any

from .control import ReferenceServer
from .messages import Request, Response
from .probe_world import IDS, TOKENS, document
from .timestamps import parse_duration

LINE = re.compile(r"(?:(\w+): )?((?:<[^>]*> )*)(\S+) (\S+)(?: (.*))?")
REQUEST_ID = re.compile(r"req_[0-7][0-9a-hjkmnp-tv-z]{25}")
ODD_BODIES = {
    "@huge": b'{"variables": {"a": "' + b"x" * 1_048_576 + b'"}}',
    "@latin1": b'{"variables": {"a": "\xe9"}}',
    "@deep": b'{"variables": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "@long": b'{"variables": {"a": "' + b"x" * 70_000 + b'"}}',
    "@thousand": b'{"variables": {"a": "' + b"x" * 1_100 + b'"}}',
    "@many": json.dumps({"variables": {f"key_{number}": "x" for number in range(60)}}).encode(),
    "@empty": b"",
    "@marked": b'\xef\xbb\xbf{"variables": {"a": "b"}}',
}


def play(app: ReferenceServer, script: str) -> list[Any]:
    """Send the script's requests one after another; give what each response shows."""
    lines = [line.strip() for line in re.split(r"\n|&&", script) if line.strip()]
    return asyncio.run(play_lines(app, lines))


async def play_lines(app: ReferenceServer, lines: list[str]) -> list[Any]:
    seen: set[str] = set()
    return [outcome for line in lines for outcome in await act(app, line, seen)]


async def act(app: ReferenceServer, line: str, seen: set[str]) -> list[Any]:
    word, _, rest = line.partition(" ")
    if word == "wait":
        clock = next(iter(app.worlds.values())).clock
        clock.set(clock.now() + parse_duration(rest), frozen=True)
    elif word == "sleep":
        await asyncio.sleep(float(rest))
    elif line.startswith("hang up "):
        app.hang_up(line.removeprefix("hang up "))
    else:
        responses = await asyncio.gather(*(app.respond(compose(part.strip())) for part in line.split("||")))
        return [observe(response, seen) for response in responses]
    return []


def compose(line: str) -> Request:
    """Turn a line of a script into the request that it stands for."""
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a line of a probe: {line!r}")
    who, headers, method, target, body = found.groups()
    sent = {} if who == "nobody" else {"authorization": f"Bearer {TOKENS[who or 'rw']}"}
    raw = ODD_BODIES.get(body) if body and body.startswith("@") else (body or "").encode()
    if body and body != "@empty":
        sent["content-type"] = "application/json"
    for header in re.findall(r"<([^>]*)>", headers):
        name, _, value = header.partition(": ")
        sent[name.lower()] = value
    return Request(method, locate(target), sent, raw or b"", connection=sent.pop("connection", ""))


def locate(target: str) -> str:
    path, _, query = target.partition("?")
    path = re.sub(r"^\{(\w+)\}", lambda name: f"/sequences/{IDS[name[1]]}", path)
    path = re.sub(r"\{(\w+)\}", lambda name: IDS[name[1]], path)
    query = re.sub(r"\{(\w+)\}", lambda name: IDS[name[1]], query)
    root = "" if path.startswith("/_sandbox/") else "/v1"
    return root + path + (f"?{query}" if query else "")


def observe(response: Response, seen: set[str]) -> Any:
    """What a client sees, with the request id judged instead of shown."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    text = response.encoded().decode()
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = text
    if "x-request-id" in headers:
        in_body = body.get("request_id") if isinstance(body, dict) else None
        headers["x-request-id"] = judge(headers["x-request-id"], in_body, seen)
    if isinstance(body, dict) and "request_id" in body:
        body = {**body, "request_id": judge(body["request_id"], None, set())}
    return response.status, headers, body


def judge(request_id: str, in_body: str | None, seen: set[str]) -> str:
    """A word on a request id: the ids themselves differ from response to response."""
    verdict = "malformed" if REQUEST_ID.fullmatch(request_id) is None else "fresh"
    if request_id in seen:
        verdict += ", repeated"
    if in_body is not None and in_body != request_id:
        verdict += ", unlike the body's"
    seen.add(request_id)
    return verdict


def outcome(alters: type[ReferenceServer], script: str) -> list[Any]:
    """Play a script on a server of its own."""
    return play(alters(document()), script)
