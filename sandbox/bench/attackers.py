"""What one visitor can try to take from the others: the attacks, each a function of the sandbox that it attacks."""

import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from itertools import count, cycle
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

ADMIN: Final = "attack-sandbox-admin"
OPTIONS: Final = ("--public-worlds", "60", "--admin-token", ADMIN, "--no-fault-header")
CONNECTIONS: Final = 1100
_LONGEST_SECONDS: Final = 12.0
_EDGE_PAUSE_SECONDS: Final = 0.02
"""A proxy that limits by address lets this often one more request through."""
_SETTLING_SECONDS: Final = 3.0

Attack = Callable[["Target"], str]


class RepelledError(Exception):
    """An attack that did not get what it needs."""


class Target:
    """A hosted sandbox, called as an anonymous visitor of the address `source` calls it."""

    def __init__(self, url: str, source: str = "127.0.0.1") -> None:
        parts = urlsplit(url)
        self.address: Final = (parts.hostname or "", parts.port or 0)
        self.source: Final = source
        transport = httpx.HTTPTransport(local_address=source)
        self.http: Final = httpx.Client(base_url=f"http://{parts.netloc}", timeout=120, transport=transport)

    def world(self, fixture: Any = "demo", **options: Any) -> "Visitor":
        """A world of one's own, made without a key."""
        answer = self.http.post("/_sandbox/worlds", json={"fixture": fixture, **options})
        if answer.status_code != 201:
            raise RepelledError(f"no world: {answer.status_code} {answer.text[:300]}")
        return Visitor(self, answer.json()["organizations"][0]["api_keys"][0]["token"])

    def hold(self, number: int, sent: bytes, stack: ExitStack) -> int:
        """How many connections on which `sent` was sent stay open, nothing being read from them."""
        held: list[socket.socket] = []
        for _ in range(number):
            with suppress(OSError):
                held.append(stack.enter_context(socket.create_connection(self.address, 5, (self.source, 0))))
                held[-1].sendall(sent)
        still = -1
        while still != len(held):  # until what is refused has been
            still = len(held)
            time.sleep(_SETTLING_SECONDS)
            held = [each for each in held if _is_open(each)]
        return len(held)


class Visitor:
    """A key of a world."""

    def __init__(self, target: Target, token: str) -> None:
        self.token: Final = token
        self._http: Final = target.http

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self._http.request(method, path, headers={"Authorization": f"Bearer {self.token}"}, json=body)

    def line(self, target: str) -> bytes:
        """The head of a GET, as it is sent."""
        return f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while data := connection.recv(1 << 16):
            if data.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5")):
                return False
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def advance(target: Target) -> str:
    """One request that moves the clock by a thousand years."""
    steps = [{"type": "email", "delay": "PT1S"}] * 100
    template = {"name": "Fast", "steps": steps}
    runs = [{"contact": "Ada Quill", "template": "Fast", "status": "ACTIVE"}] * 990
    document = {
        "organizations": [
            {
                "contacts": [{"first_name": "Ada", "last_name": "Quill"}],
                "sequence_templates": [template],
                "sequences": runs,
            }
        ]
    }
    answer = target.world(document, frozen=True)("POST", "/_sandbox/clock/advance", {"by": "P365000D"})
    return f"{answer.status_code}, {answer.json().get('fired_count')} events"


def documents(target: Target) -> str:
    """Worlds made from the largest documents that are read."""
    rows = [{"status": "ACTIVE"}] * 990
    answers = Counter[int]()
    for number in range(20):
        document = {
            "organizations": [{"name": f"One {number}", "sequences": rows, "contacts": [{"job_title": "x"}] * 9_000}]
        }
        answers[target.http.post("/_sandbox/worlds", json={"fixture": document}).status_code] += 1
    return str(dict(answers))


def variables(target: Target) -> str:
    """As many bytes of variables as a world takes, then its lists, its export, and snapshots of it."""
    visitor = target.world({"organizations": [{"sequences": [{"status": "ACTIVE"}] * 990}]})
    runs = [
        run["id"]
        for page in range(1, 11)
        for run in visitor("GET", f"/v1/sequences?size=100&page={page}").json()["items"]
    ]
    kept = Counter(
        visitor("PATCH", f"/v1/sequences/{run}", {"variables": {"a": f"{number}" * 20_000}}).status_code
        for number, run in enumerate(runs)
    )
    sizes = [len(visitor("GET", path).content) for path in ("/v1/sequences?size=100", "/_sandbox/world/export")]
    return f"variables {dict(kept)}, a list of {sizes[0]:,} bytes, an export of {sizes[1]:,}"


def snapshots(target: Target) -> str:
    """Snapshots, each of other variables."""
    visitor = target.world({"organizations": [{"sequences": [{"status": "ACTIVE"}] * 50}]})
    runs = [run["id"] for run in visitor("GET", "/v1/sequences?size=100").json()["items"]]
    kept = Counter[int]()
    for number in range(12):
        for run in runs:
            visitor("PATCH", f"/v1/sequences/{run}", {"variables": {"a": f"{number}" * 60_000}})
        kept[visitor("PUT", f"/_sandbox/snapshots/s{number}", {}).status_code] += 1
    diff = visitor("GET", "/_sandbox/snapshots/s0/diff")
    return f"{dict(kept)}, a diff of {len(diff.content):,} bytes"


def history(target: Target) -> str:
    """One run, changed again and again, and its history."""
    visitor = target.world()
    run = visitor("GET", "/v1/sequences?status=ACTIVE&size=1").json()["items"][0]["id"]
    for number in range(3000):
        if visitor("PATCH", f"/v1/sequences/{run}", {"variables": {"a": str(number)}}).status_code == 429:
            time.sleep(_EDGE_PAUSE_SECONDS)
    answer = visitor("GET", f"/_sandbox/sequences/{run}/history")
    return f"{len(answer.json()['items'])} entries in {len(answer.content):,} bytes"


def engine_history(target: Target) -> str:
    """History that the engine writes: worlds with as many runs as fit, and steps that fall due at one time."""
    template = {"name": "Fast", "steps": [{"type": "email", "delay": delay} for delay in ("PT1S", *["PT0S"] * 99)]}
    runs = [{"contact": "Ada Quill", "template": "Fast", "status": "ACTIVE"}] * 990
    contacts = [{"first_name": "Ada", "last_name": "Quill"}]
    organization = {"contacts": contacts, "sequence_templates": [template], "sequences": runs}
    organizations = [{"name": f"{each}", **organization} for each in range(5)]
    answers, until = Counter[int](), time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < until:
        visitor = target.world({"organizations": organizations}, frozen=True)
        for _ in range(400):
            status = visitor("POST", "/_sandbox/clock/advance", {"by": "PT1S"}).status_code
            answers[status] += 1
            if status == 413 or time.monotonic() > until:
                break
    return str(dict(answers))


def journal(target: Target) -> str:
    """A journal as full as it gets, exported, searched and verified."""
    visitor = target.world()
    for number in range(700):
        visitor("GET", f"/v1/sequences?size={number % 100 + 1}")
    har = visitor("GET", "/_sandbox/journal.har")
    match = {"body_subset": {str(number): number for number in range(40_000)}}
    took = [_seconds(lambda: visitor("POST", "/_sandbox/journal/verify", {"match": match}))]
    took.append(_seconds(lambda: visitor("GET", "/_sandbox/journal?text=zzzz&size=100")))
    return f"HAR of {len(har.content):,} bytes, verify {took[0]:.2f} s, search {took[1]:.2f} s"


def streams(target: Target) -> str:
    """Event streams of one world that nobody reads, and one request after it."""
    visitor = target.world()
    with ExitStack() as stack:
        held = target.hold(CONNECTIONS, visitor.line("/_sandbox/events"), stack)
        took = _seconds(lambda: visitor("GET", "/v1/sequences"))
    return f"{held} of {CONNECTIONS} held, a request then took {took:.3f} s"


def latency(target: Target) -> str:
    """Connections held by a fault that delays responses by ten minutes."""
    visitor = target.world()
    visitor("POST", "/_sandbox/faults", {"effect": {"latency": {"fixed_ms": 600_000}}})
    with ExitStack() as stack:
        held = target.hold(CONNECTIONS, visitor.line("/v1/sequences"), stack)
    return f"{held} of {CONNECTIONS} held"


def silent(target: Target) -> str:
    """Connections on which nothing is sent."""
    with ExitStack() as stack:
        return f"{target.hold(CONNECTIONS, b'', stack)} of {CONNECTIONS} held"


def worlds(target: Target) -> str:
    """Worlds, as many as one client gets."""
    answers = Counter[str]()
    until = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < until:
        answer = target.http.post("/_sandbox/worlds", json={})
        answers[f"{answer.status_code} {answer.json().get('message', 'made').partition(';')[0]}"] += 1
    return str(dict(answers))


def default_world(target: Target) -> str:
    """The default world's control, by its published key without scopes."""
    visitor = Visitor(target, "topo_demo_noscope")
    calls = [("PUT", "/_sandbox/rate-limit", {"limit": 1, "per_seconds": 86_400}), ("GET", "/_sandbox/journal", None)]
    return ", ".join(f"{method} {path} {visitor(method, path, body).status_code}" for method, path, body in calls)


def admin(target: Target) -> str:
    """Guesses at the admin token."""
    guesses = count()
    until = time.monotonic() + 3.0
    answers = Counter[int]()
    while time.monotonic() < until:
        guess = {"Authorization": f"Bearer guess-{next(guesses)}"}
        answers[target.http.get("/_sandbox/worlds", headers=guess).status_code] += 1
    return str(dict(answers))


ATTACKS: Final[tuple[Attack, ...]] = (
    advance, documents, variables, snapshots, history, engine_history, journal, streams, latency, silent,
    default_world, admin, worlds,
)  # fmt: skip


def besiege(url: str, sources: Sequence[str], seconds: float, seed: int) -> Counter[str]:
    """Attacks for some seconds, from one address after the other; which attacks were carried out, and which repelled."""
    deadline, met, draw = time.monotonic() + seconds, Counter[str](), random.Random(seed)
    for source in cycle(sources):
        attack = draw.choice(ATTACKS)
        if time.monotonic() > deadline:
            return met
        try:
            attack(Target(url, source))
        except (RepelledError, httpx.HTTPError, ValueError, KeyError) as error:
            met[f"{attack.__name__}: {type(error).__name__}"] += 1
        else:
            met[attack.__name__] += 1
    return met


def _seconds(call: Callable[[], Any]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began
