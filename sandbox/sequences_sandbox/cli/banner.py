"""What `serve` prints when it is ready: where, with which keys, which operations, and a line to try."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from sequences_sandbox_client.cli.printable import printable

from ..app import App
from ..resources.organizations import ORGANIZATIONS

_BOLD, _DIM, _GREEN, _RESET = "\033[1m", "\033[2m", "\033[32m", "\033[0m"


def banner(app: App, host: str, port: int, admin_token: str | None, *, shared: bool, colour: bool) -> str:
    """The text, in colour for a terminal and plain for a pipe.

    `admin_token` is one that was made at this start. Where it is `shared` with visitors, the keys
    open no control API.
    """
    text = "\n".join(_lines(app, _root(host, port), admin_token, shared=shared))
    if colour:
        return text
    for code in (_BOLD, _DIM, _GREEN, _RESET):
        text = text.replace(code, "")
    return text


def ready_document(app: App, host: str, port: int, admin_token: str | None) -> dict[str, Any]:
    """What a program that started the sandbox needs to know: where it is, and with which keys."""
    root = _root(host, port)
    made = {} if admin_token is None else {"admin_token": admin_token}
    return {
        "url": root,
        "base_url": f"{root}{app.spec.base_path}",
        "control_url": f"{root}/_sandbox",
        "pid": os.getpid(),
        **made,
        "keys": [
            {"token": token, "name": key.name, "scopes": sorted(key.scopes), "organization_id": key.organization_id}
            for token, key in app.default.keys
        ],
    }


def _root(host: str, port: int) -> str:
    """The URL to go to. An address that stands for all of them, as 0.0.0.0, is none to go to."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    address = f"[{host}]" if ":" in host else host
    return f"http://{address}:{port}"


def _lines(app: App, root: str, admin_token: str | None, *, shared: bool) -> Iterator[str]:
    record, base = app.default.record, f"{root}{app.spec.base_path}"
    yield f"{_BOLD}Sequences sandbox{_RESET}  {_GREEN}{base}{_RESET}   fixture: {printable(record.fixture)}"
    yield f"{_BOLD}Console{_RESET}            {_GREEN}{root}/{_RESET}"
    yield ""
    yield f"{_BOLD}Keys{_RESET}"
    names = {each.id: each.name for each in app.fixture.documents[ORGANIZATIONS.kind]}
    for token, key in app.default.keys:
        scopes = " ".join(sorted(key.scopes)) or "no scope"
        organization = printable(names[key.organization_id])
        yield f"  {printable(token):<32} {printable(scopes)}  {_DIM}{organization}{_RESET}"
    yield ""
    yield f"{_BOLD}Operations{_RESET}"
    for method, path, operation in app.spec.operations():
        yield f"  {method.upper():<6} {base}{path}  {_DIM}{operation['summary']}{_RESET}"
    yield ""
    yield f"{_BOLD}Try{_RESET}"
    able = next((token for token, key in app.default.keys if key.scopes), None)
    yield f"  curl -H 'Authorization: Bearer {printable(able or '<key>')}' '{base}/sequences?size=2'"
    if able is not None and not shared:
        # Without a key the console shows a visitor's own world, where these requests are not.
        yield f"  {root}/#key={quote(able)}  {_DIM}shows in the console what was sent with these keys{_RESET}"
    if admin_token is not None:
        yield ""
        yield f"{_BOLD}Admin token{_RESET}  {admin_token}  {_DIM}for {root}/_sandbox; shown this once{_RESET}"
    yield ""
    yield f"{_DIM}Stop with Ctrl-C.{_RESET}"
