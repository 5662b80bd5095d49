"""The control API, used to prepare and never as evidence."""

import contextlib
import copy
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import httpx

from ..contract import timestamps
from ..http.connection import PROXY_ADVICE, open_client, way_to
from .errors import NotExercised, Untestable

#: Where the token of the control API's administrator is read from; off loopback a control API wants one.
ADMIN_VARIABLE = "SEQUENCES_CONTRACT_ADMIN_TOKEN"


class ControlApi:
    """The control API of one target, and the world that was made there."""

    def __init__(
        self,
        url: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        ca_bundle: Path | None = None,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        root = url.rstrip("/").removesuffix("/_sandbox")
        self._root = root
        self._headers = [(name.encode(), value.encode()) for name, value in headers]
        self._http = open_client(root, ca_bundle=ca_bundle, timeout=timeout, transport=transport)
        self._admin = os.environ.get(ADMIN_VARIABLE, "")
        self._token: str | None = None
        self._made_world = False

    def for_another_world(self) -> Self:
        """The same control API, to make another world; connections are shared."""
        other = copy.copy(self)
        other._token, other._made_world = None, False  # noqa: SLF001 - it is one of these
        return other

    def use_world_of(self, token: str) -> None:
        """Prepares in the world that a key opens; that world is left as it is afterwards."""
        self._token = token

    def new_world(self, document: Mapping[str, Any], seed: int) -> dict[str, str]:
        """Makes a world from a fixture document and returns its tokens by role. Raises Untestable.

        Unless the document says otherwise its clock begins at a full second, where times with and without a fraction meet.
        """
        body: dict[str, Any] = {"fixture": document, "name": "contract suite", "seed": seed}
        if "now" not in document:
            body["now"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        response = self._send("POST", "/worlds", body, self._admin)
        if not response.is_success:
            hint = f"; set {ADMIN_VARIABLE} to its token" if response.status_code in (401, 403) else ""
            raise Untestable(f"the control API rejected POST /worlds: {self._shown(response)}{hint}")
        tokens: dict[str, str] = {}
        for index, organization in enumerate(response.json()["organizations"]):
            for key in organization["api_keys"]:
                role = _role(set(key["scopes"]), first=index == 0)
                if role is not None:
                    tokens.setdefault(role, key["token"])
        if "key" not in tokens:
            raise Untestable("the fixture has no key that reads and writes; the suite needs one")
        self._token, self._made_world = tokens["key"], True
        return tokens

    def advance_to(self, time: Fraction) -> None:
        """Moves the world's time forward to a time; one that has passed already does not matter."""
        wanted: Any = {"to": timestamps.write(time)}
        while wanted is not None:
            response = self._send("POST", "/clock/advance", wanted, self._token)
            if response.status_code not in (200, 422):
                raise NotExercised(f"the control API did not move the clock: {self._shown(response)}")
            wanted = response.json().get("left")  # one request applies only so many events

    def freeze(self, frozen: bool) -> None:
        """Freezes the world's clock, or lets it run."""
        response = self._send("PATCH", "/clock", {"frozen": frozen}, self._token)
        if not response.is_success:
            raise NotExercised(f"the control API did not freeze the clock: {self._shown(response)}")

    def enrol(self, contact: str, template: str) -> None:
        """Adds an ACTIVE run of a template for a contact."""
        body = {"contact_id": contact, "sequence_template_id": template, "status": "ACTIVE"}
        response = self._send("POST", "/sequences", body, self._token)
        if not response.is_success:
            raise NotExercised(f"the control API did not enrol a run: {self._shown(response)}")

    def remove_world(self) -> None:
        """Removes the world that was made."""
        if self._made_world:
            with contextlib.suppress(Untestable):
                self._send("DELETE", "/world", None, self._token)

    def close(self) -> None:
        """Removes the world that was made, and closes the connections."""
        self.remove_world()
        self._http.close()

    def _send(self, method: str, path: str, body: Any, token: str | None) -> httpx.Response:
        content = None if body is None else json.dumps(body)
        headers = list(self._headers)
        if content is not None:
            headers.append((b"Content-Type", b"application/json"))
        if token:
            headers.append((b"Authorization", f"Bearer {token}".encode()))
        try:
            return self._http.request(method, f"{self._root}/_sandbox{path}", content=content, headers=headers)
        except httpx.HTTPError as error:
            way, why = way_to(self._root), str(error) or type(error).__name__
            advice = PROXY_ADVICE if way else "check that --control names a sandbox that runs"
            raise Untestable(f"no control API responds at {self._root}{way}: {why}; {advice}") from None

    def _shown(self, response: httpx.Response) -> str:
        text = response.text[:200]
        return f"{response.status_code} {text.replace(self._admin, f'${ADMIN_VARIABLE}') if self._admin else text}"


def _role(scopes: set[str], *, first: bool) -> str | None:
    reads, writes = "sequences:read" in scopes, "sequences:write" in scopes
    if not first:
        return "other" if reads and writes else None
    return ("key" if writes else "read") if reads else ("write" if writes else "noscope")
