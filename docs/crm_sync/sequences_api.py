"""A client of the Sequences API as an integration needs it: it pages, waits when told to, and tries again when it may."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx

Run = dict[str, Any]

_TRY_AGAIN = (429, 502, 503, 504)


class ApiError(Exception):
    """An error response. Branch on `status_code` first, then on `type`; the message is for people, with the request id."""

    def __init__(self, response: httpx.Response) -> None:
        try:
            issue = response.json()
        except ValueError:
            issue = {}
        request_id = issue.get("request_id", response.headers.get("X-Request-Id"))
        super().__init__(f"{response.status_code}: {issue.get('message', 'no reason given')} ({request_id})")
        self.status_code = response.status_code
        self.type: str | None = issue.get("type")


class SequencesApi:
    """The operations that the sync needs. `sleep` is a parameter, so that a test need not wait."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        page_size: int = 100,
        attempts: int = 5,
        timeout: float = 10,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, timeout=timeout)
        self._page_size = page_size
        self._attempts = attempts
        self._sleep = sleep

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def runs(self, **query: Any) -> Iterator[Run]:
        """Every run that matches the query, page by page."""
        page: dict[str, Any] = {"has_more": True}
        number = 0
        while page["has_more"]:
            number += 1
            page = self._call("GET", "/sequences", params={**query, "size": self._page_size, "page": number})
            yield from page["items"]

    def run(self, run_id: str) -> Run:
        """One run."""
        return self._call("GET", f"/sequences/{quote(run_id)}")

    def pause(self, run_id: str, until: str) -> Run:
        """Pauses a run. Calling it twice does no harm: the second call sets the same time."""
        return self._call("POST", f"/sequences/{quote(run_id)}/pause", json={"paused_until": until})

    def stop(self, run_id: str, reason: str, scope: str) -> Run:
        """Stops a run for good.

        The response may get lost after the run was stopped; the retry is then rejected with 422, since a stopped run cannot
        be stopped. So a 422 counts only when the run has not been stopped.
        """
        try:
            return self._call("POST", f"/sequences/{quote(run_id)}/stop", json={"reason": reason, "scope": scope})
        except ApiError as error:
            if error.status_code != 422:
                raise
            run = self.run(run_id)
            if run["status"] != "STOPPED_EARLY":
                raise
            return run

    def _call(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        for attempt in range(1, self._attempts + 1):
            try:
                response = self._http.request(method, path, **how)
            except httpx.TransportError:
                if attempt == self._attempts:
                    raise
                self._sleep(2.0**attempt)
                continue
            if response.is_success:
                return dict(response.json())
            if response.status_code not in _TRY_AGAIN or attempt == self._attempts:
                raise ApiError(response)
            self._sleep(float(response.headers.get("Retry-After", 2**attempt)))
        raise AssertionError("the last attempt returns or raises")
