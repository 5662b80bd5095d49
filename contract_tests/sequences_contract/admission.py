"""The first question to a target: whether it can be tested at all, and if not, what the caller can do about it."""

from __future__ import annotations

from .bench import Bench, Untestable
from .exchange import Answer, NotJson
from .fixture import load_fixture
from .options import ROLES, flag
from .settings import Settings
from .target import Target, TargetError

_NOBODY = "7b1d5a0e-3c64-4f0b-9a55-0c9b7e4f2d31"
_ENVELOPE = ("items", "total_count", "total_pages", "has_more")
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_EOF", "record layer", "wrong version")
_NO_NAME = ("Name or service not known", "nodename nor servname", "No address associated", "name resolution")


def admit(bench: Bench) -> None:
    """Makes a fresh world where there is a control API, and sees that the keys open the target. Raises Untestable.

    An answer of a wrong shape is no reason to turn a target away: it is for the rules to judge.
    """
    settings, target = bench.settings, bench.target
    if bench.control is not None and settings.fixture is not None:
        target.keys.update(bench.control.new_world(load_fixture(settings.fixture), settings.seed))
    elif bench.control is not None:
        bench.control.use_world_of(target.keys.get("key", ""))
    try:
        answer = target.call("GET", "/sequences")
    except TargetError as error:
        raise Untestable(f"{error.sent.url}: {error.problem}; {_mending(error.problem, settings)}") from None
    problem = _turned_away(answer, target)
    if problem is not None:
        raise Untestable(problem)
    if bench.control is None:
        _require_known(bench, answer)
    if settings.allow_writes:
        _require_writing(bench)


def _mending(problem: str, settings: Settings) -> str:
    secure = settings.url.startswith("https://")
    if "CERTIFICATE_VERIFY_FAILED" in problem:
        return "give --ca-bundle the certificates that the target is signed with"
    if secure and any(word in problem for word in _NO_TLS):
        return "the server does not speak TLS on that port; give --url with http://, or the port of https"
    if any(word in problem for word in _NO_NAME):
        return "that host has no address; see whether --url is spelt rightly, and reachable from here"
    if secure and "no connection within" in problem:
        return "see whether that port speaks TLS at all, else give --url with http://; or raise --timeout"
    if "no complete answer" in problem or "no connection within" in problem:
        return "see whether the server hangs, or raise --timeout"
    if not secure and "broke" in problem:
        return "see whether that port wants https:// in --url"
    return "see whether the server runs, and --url names its host and port"


def _turned_away(answer: Answer, target: Target) -> str | None:
    """Why an answer shows that no rule can be tried, or None."""
    if answer.status == 401:
        return "the key is refused (401); give --key one that the target knows"
    if answer.status == 403:
        return "the key is refused (403): it may not read; give --key one that reads and writes"
    if 300 <= answer.status < 400:
        where = answer.headers.get("location", "nowhere")
        return f"{answer.sent.url} redirects ({answer.status}) to {where}; give --url the address that answers itself"
    if answer.status == 404:
        return f"{answer.sent.url} is not found (404); {_base_path(target)}"
    if not _speaks_json(answer):
        kind = answer.headers.get("content-type", "no content type")
        return (
            f"{answer.sent.url} does not answer as a Sequences API: {answer.status}, {kind} and not JSON"
            f" ({answer.text(80)!r}); {_base_path(target)}"
        )
    if _is_something_else(answer):
        return (
            f"{answer.sent.url} does not answer as a Sequences API: JSON with none of {', '.join(_ENVELOPE)}"
            f" ({answer.text(80)!r}); {_base_path(target)}"
        )
    return None


def _base_path(target: Target) -> str:
    general = "--url must end in the base path, such as http://127.0.0.1:4010/v1"
    if target.url.endswith("/v1"):
        return f"see whether {target.url} is the API's base URL"
    probe = Target(Settings(f"{target.url}/v1", target.keys))
    try:
        found = probe.call("GET", "/sequences")
    except TargetError:
        return general
    finally:
        probe.close()
    return f"{general}; {probe.url} does answer" if found.status == 200 and _speaks_json(found) else general


def _speaks_json(answer: Answer) -> bool:
    """Whether the answer is JSON, or at least says so: what claims to be JSON and is not is a finding."""
    if "json" in answer.headers.get("content-type", "").lower():
        return True
    try:
        answer.json()
    except (NotJson, RecursionError):
        return False
    return True


def _is_something_else(answer: Answer) -> bool:
    """Whether a 200 has nothing of a page. With any field of one it is a page, right or wrong, that the rules judge."""
    try:
        body = answer.json()
    except (NotJson, RecursionError):
        return False
    return answer.status == 200 and not (isinstance(body, dict) and any(name in body for name in _ENVELOPE))


def _require_known(bench: Bench, first: Answer) -> None:
    """Sees that the target knows each further key, and that the other organization is another. Only reads.

    `first` is the answer to the list with the key that reads and writes.
    """
    for role in ROLES:
        if role == "key" or not bench.has(role):
            continue
        answer = bench.target.call("GET", "/sequences", key=role)
        if answer.status == 401:
            raise Untestable(f"the key of {flag(role)} is refused (401); give {ROLES[role]} that the target knows")
        if role == "other" and _ids(answer) and _ids(answer) == _ids(first):
            raise Untestable(f"the key of {flag(role)} lists the same runs as that of --key; give {ROLES[role]}")


def _ids(answer: Answer) -> list[object]:
    """The ids of a page, as far as it is one; none where it tells of several organizations, which is for rules to judge."""
    try:
        runs = [run for run in answer.json()["items"] if isinstance(run, dict)]
    except (NotJson, RecursionError, TypeError, KeyError):
        return []
    several = len({str(run.get("organization_id")) for run in runs}) > 1
    return [] if several else [run.get("id") for run in runs]


def _require_writing(bench: Bench) -> None:
    """Sees that the key may write, by an update of nobody."""
    answer = bench.target.call(bench.settings.update_method, f"/sequences/{_NOBODY}", json={"variables": {}})
    if answer.status in (401, 403):
        raise Untestable(
            f"the key may not write ({answer.status}); give --key one that reads and writes, or leave out --allow-writes"
        )
