"""Bodies of every write: syntax, type, size. A refused one changes nothing."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from .registry import Tier, declare

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..trial import Trial

_JSON = [("Content-Type", "application/json")]
_MIB = 1024 * 1024

#: Operation: tier, path suffix, a good body, the status its run should be in.
_WRITES: dict[str, tuple[Tier, str, dict[str, Any], str]] = {
    "update": ("write", "", {"variables": {"suite_body": "x"}}, "ACTIVE"),
    "pause": ("write", "/pause", {"paused_until": "2100-01-04T08:00:00Z"}, "ACTIVE"),
    "resume": ("write", "/resume", {}, "WAITING_FOR_LEAD"),
    "stop": ("stop", "/stop", {"reason": "LOSE", "scope": "CONTACT"}, "ACTIVE"),
}


def _send(trial: Trial, operation: str, run_id: str, raw: bytes, headers: list[tuple[str, str]]) -> Answer:
    method = trial.bench.settings.update_method if operation == "update" else "POST"
    return trial.call(method, f"/sequences/{run_id}{_WRITES[operation][1]}", content=raw, headers=headers)


def _refuse_all(
    trial: Trial, operation: str, cases: list[tuple[bytes, list[tuple[str, str]], tuple[int, ...], str]]
) -> None:
    tier, _, _, status = _WRITES[operation]
    with trial.borrow(status) as run:
        for raw, headers, statuses, why in cases:
            send = partial(_send, trial, operation, run.id, raw, headers)
            answer = trial.tempt(run, send) if tier == "stop" else send()
            trial.expect(answer, *statuses, why=why)
            trial.same(run, [answer])


def _broken(operation: str, trial: Trial) -> None:
    good = json.dumps(_WRITES[operation][2])
    texts = ["{", good[:-1], good + "}", "{'a': 1}", "nonsense", "[" * 10 + "]" * 9]
    statuses = (400,) if trial.strict else (400, 422)
    _refuse_all(trial, operation, [(text.encode(), _JSON, statuses, f"for broken JSON {text[:40]}") for text in texts])


def _strict_json(operation: str, trial: Trial) -> None:
    good = json.dumps(_WRITES[operation][2])[1:-1]
    comma = ", " if good else ""
    raws = [
        ("{" + good + comma + '"suite_unknown": NaN}').encode(), ("{" + good + comma + '"x": Infinity}').encode(),
        b"\xef\xbb\xbf{" + good.encode() + b"}", b"{" + good.encode() + b'"\xff"}', b"null", b"[]", b'"text"', b"1",
    ]  # fmt: skip
    if good:
        raws.append(("{" + good + ", " + good + "}").encode())
    else:
        raws.append(b'{"a": 1, "a": 1}')
    _refuse_all(trial, operation, [(raw, _JSON, (400,), f"for {raw[:60]!r}") for raw in raws])


def _unknown_field(operation: str, trial: Trial) -> None:
    body = {**_WRITES[operation][2], "suite_unknown": "x"}
    _refuse_all(trial, operation, [(json.dumps(body).encode(), _JSON, (400,), "for an unknown field")])


def _empty(operation: str, trial: Trial) -> None:
    statuses = (400,) if trial.strict else (400, 415, 422)
    _refuse_all(
        trial, operation, [(b"", _JSON, statuses, "for an empty body"), (b"  ", _JSON, statuses, "for a blank body")]
    )


def _media_type(operation: str, trial: Trial) -> None:
    raw = json.dumps(_WRITES[operation][2] or {}).encode()
    kinds = (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonp",
        "application/json; charset=latin-1",
    )
    cases = [(raw, [("Content-Type", kind)], (415,), f"as {kind}") for kind in kinds]
    _refuse_all(trial, operation, [*cases, (raw, [], (415,), "without a type")])


def _too_large(operation: str, trial: Trial) -> None:
    good = json.dumps(_WRITES[operation][2])
    _refuse_all(trial, operation, [(good.encode().ljust(_MIB + 1), _JSON, (413,), "for a body over 1 MiB")])


def _charset(trial: Trial) -> None:
    with trial.borrow() as run:
        for kind in (
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            'Application/JSON; charset="utf-8"',
        ):
            raw = b'{"variables": {"suite_body": "x"}}'
            trial.expect(_send(trial, "update", run.id, raw, [("Content-Type", kind)]), 200, why=f"as {kind}")


def _largest(trial: Trial) -> None:
    with trial.borrow() as run:
        # Of how large all variables together may grow the contract says nothing.
        trial.arranged(trial.update(run.id, dict.fromkeys(run.variables or {})))
        text = "x" * (_MIB - len(b'{"variables":{"suite_big":""}}'))
        raw = b'{"variables":{"suite_big":"' + text.encode() + b'"}}'
        answer = trial.expect(_send(trial, "update", run.id, raw, _JSON), 200, why="for a body of just 1 MiB")
        kept = (trial.run_of(answer).variables or {}).get("suite_big")
        trial.that(kept == text, "the whole string", f"{len(kept or '')} characters", answer)


def _hostile(operation: str, trial: Trial) -> None:
    """Whatever is sent is refused below 500, and nothing changes."""
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    raws = [b"[" * 100_000, b"\x00", b"\xff\xfe{\x00}\x00"]
    raws += {
        "update": [
            b'{"variables": ' + b"9" * 5000 + b"}",
            b'{"variables": {"a": {"b": [[[[1]]]]}}}',
            b'{"variables": ' + deep + b"}",
        ],
        "pause": [b'{"paused_until": 1e400}', b'{"paused_until": "\\ud800"}', b'{"paused_until": ' + deep + b"}"],
        "stop": [b'{"reason": "WIN\\u0000", "scope": "CONTACT"}', b'{"reason": ' + deep + b', "scope": "CONTACT"}'],
    }.get(operation, [deep] if trial.strict else [])
    statuses = (400,) if trial.strict else (400, 413, 415, 422)
    _refuse_all(trial, operation, [(raw, _JSON, statuses, f"for {raw[:40]!r}") for raw in raws])


def _declare() -> None:
    for operation, (tier, _, good, _) in _WRITES.items():
        rows = (
            ("body.broken_json", "broken JSON is refused", ("body.strict",), _broken, "ref"),
            (
                "body.json.strict",
                "duplicate keys, NaN, a byte order mark and other than objects are 400",
                ("body.strict",),
                _strict_json,
                "own",
            ),
            ("body.unknown_field.strict", "an unknown field is 400", ("body.strict",), _unknown_field, "own"),
            (
                "body.media_type.strict",
                "a body that is not declared as JSON is 415",
                ("body.media_type",),
                _media_type,
                "own",
            ),
            ("body.too_large.strict", "a body over 1 MiB is 413", ("body.too_large",), _too_large, "own"),
            ("body.hostile", "hostile bodies are refused below 500", ("issue.server_failure",), _hostile, "ref"),
        )
        for name, sentence, of, check, basis in rows:
            declare(
                f"{operation}.{name}",
                f"{operation}: {sentence}, and changes nothing.",
                *of,
                check=partial(check, operation),
                tier=tier,
                basis=basis,
            )
        if good:
            declare(
                f"{operation}.body.empty",
                f"{operation}: an empty body is refused and changes nothing.",
                "body.strict",
                check=partial(_empty, operation),
                tier=tier,
                basis="ref",
            )
    declare(
        "update.body.charset.strict", "A charset of utf-8 is fine.", "body.media_type", check=_charset, tier="write"
    )
    declare(
        "update.body.largest.strict", "A body of just 1 MiB is read.", "body.too_large", check=_largest, tier="write"
    )


_declare()
