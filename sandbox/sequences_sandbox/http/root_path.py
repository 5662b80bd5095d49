"""A path of its own under which a proxy makes the sandbox reachable, such as /sandbox.

The proxy may take it off the paths of requests or leave it: both are understood. One that is trusted may also name it, in
the header X-Forwarded-Prefix.
"""

import re
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_FORWARDED: Final = b"x-forwarded-prefix"
_ROOT: Final = re.compile(r"(/[A-Za-z0-9_.~-]{1,100}){1,10}", re.ASCII)


def parse_root(text: str) -> str:
    """A path prefix, without a slash at its end. Raises ValueError."""
    root = text.rstrip("/")
    if root and (not _ROOT.fullmatch(root) or {".", ".."} & set(root.split("/"))):
        raise ValueError(f"{text[:100]!r} is no path; give one such as /sandbox, of letters, digits and -._~")
    return root


class RootPath:
    """Takes the prefix off the paths of requests, and says by the scope's `root_path` what it is.

    It is `root`, unless a proxy names another; `is_proxy` says of an address whether it is a trusted one's.
    """

    def __init__(self, app: ASGIApp, root: str, is_proxy: Callable[[str], bool]) -> None:
        self._app: Final = app
        self._root: Final = root
        self._is_proxy: Final = is_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        await self._app(below(scope, self._root_of(scope)), receive, send)

    def _root_of(self, scope: Scope) -> str:
        named = next((value for name, value in scope["headers"] if name == _FORWARDED), b"")
        if not named or not self._is_proxy((scope.get("client") or ("",))[0]):
            return self._root
        try:
            return parse_root(named.decode("latin-1"))
        except ValueError:
            return self._root


def below(scope: Scope, root: str) -> Scope:
    """The scope of a request: `path` whole, as ASGI wants it, and `raw_path` without the prefix, to be looked up."""
    path, raw = scope["path"], scope["raw_path"]
    if f"{path}/".startswith(f"{root}/"):
        path, raw = path[len(root) :], raw[len(root) :]
    return {**scope, "root_path": root, "path": f"{root}{path or '/'}", "raw_path": raw or b"/"}
