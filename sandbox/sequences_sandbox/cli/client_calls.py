"""What the verbs for a running sandbox do: one call, and its answer for people or for programs."""

import argparse
import json
from copy import deepcopy
from typing import Any
from urllib.parse import quote

from ..client.errors import SandboxError
from ..client.transport import Control, connection
from .follow import listen
from .format import text_of
from .options import UsageError
from .printable import printable_lines
from .verbs import Verb

_NOT_SO = 1


def run(options: argparse.Namespace) -> None:
    """Calls, and prints the answer. Raises UsageError with what the sandbox said when it refuses."""
    verb: Verb = options.verb
    try:
        with connection(options.url) as http:
            kind = verb.show.removeprefix("tail:")
            if kind != verb.show:
                listen(http, options.key, kind, as_json=options.json)
                return
            path, query, body = _request(verb, vars(options))
            answer = Control(http, options.key)(verb.method, path, query=query, body=body)
    except SandboxError as error:
        raise UsageError(str(error)) from None
    if options.json or verb.show == "json":
        print(printable_lines(json.dumps(answer, ensure_ascii=False, indent=2)))
    else:
        print(text_of(verb.show, answer))
    if verb.show == "verified" and not answer["ok"]:
        raise SystemExit(_NOT_SO)


def _request(verb: Verb, values: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
    """The path, the query and the body of a verb's call."""
    path, query, body = verb.path, {}, deepcopy(dict(verb.body))
    for argument in verb.arguments:
        value = values[argument.name]
        where, _, name = argument.place.rpartition(":")
        if value is None:
            continue
        if where == "path":
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        elif where == "query":
            query[name] = value
        else:
            _put(body, name, value)
    return path, query, body if verb.method in ("POST", "PUT", "PATCH") else None


def _put(body: dict[str, Any], place: str, value: Any) -> None:
    """Puts a value at a dotted place of the body; with no place, the body takes its members."""
    if not place:
        body.update(value)
        return
    *way, last = place.split(".")
    for name in way:
        body = body.setdefault(name, {})
    body[last] = value
