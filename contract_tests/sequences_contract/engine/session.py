"""What all rules share while one target is judged: its collections, its pool of runs, its clock, its control API."""

import copy
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Self

import httpx

from ..contract.document import load_contract
from ..contract.fixture import companies, company_of, load_fixture
from ..contract.operations import Operation
from ..http.messages import Response
from ..http.tally import Tally, tallied
from ..http.target import Target
from .client import ApiClient
from .clock import TargetClock
from .collection import Collection
from .control_api import ControlApi
from .errors import NotExercised
from .items import Item, Malformed, Run, read_page
from .lag import LONGEST, Lag, measure
from .paging import read_pages
from .run_pool import RunPool
from .settings import Settings
from .stop_budget import StopBudget

#: Items of a page when a collection is read.
_SIZE = 100
#: Items of a list that are kept for other rules at most.
_MOST_SHARED = 1000

#: An id that nothing has.
ABSENT_ID = "7b1d5a0e-3c64-4f0b-9a55-0c9b7e4f2d31"


@dataclass
class SharedList:
    """What a list showed when a rule read it whole: the first response, and the items. The first reader holds the lock."""

    shown: tuple[Response, list[Any]] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, shown: tuple[Response, list[Any]]) -> tuple[Response, list[Any]]:
        """Keeps what was read for other rules, unless it is too long to be kept."""
        self.shown = shown if len(shown[1]) <= _MOST_SHARED else None
        return shown


class Session:
    """One target under test, or one world of it."""

    def __init__(self, settings: Settings, *, transport: httpx.BaseTransport | None = None) -> None:
        self.settings = settings
        self.contract = load_contract()
        reach: Any = {
            "headers": settings.headers, "ca_bundle": settings.ca_bundle, "timeout": settings.timeout,
        }  # fmt: skip
        self.target = Target(
            settings.url, settings.keys, rate=settings.rate, in_flight=settings.workers, transport=transport, **reach
        )
        self.control = ControlApi(settings.control, **reach) if settings.control is not None else None
        self.fixture = load_fixture(settings.fixture) if settings.fixture is not None else None
        self.companies = companies(self.fixture) if self.fixture is not None else {}
        self.stops = StopBudget(settings.stops)
        self._begin()

    def _begin(self) -> None:
        """Nothing is known yet of the world."""
        self.client = ApiClient(self.target, self.contract, self.settings.update_method)
        self.pool = RunPool(self.client, self.settings, self.runs, self.companies)
        self.clock = TargetClock(self.client, self.pool, self.control, quick=self.settings.quick)
        #: What rules of one group found together; by the name of what was found.
        self.shared: dict[str, Any] = {}
        #: What was asked for all rules: the collections, and lists that several rules look at.
        self.for_all = Tally()
        #: Why the rules of a tag are left out, by tag; filled by the preflight.
        self.left_out: dict[str, str] = {}
        #: The tags that the target does not serve; filled by the preflight.
        self.not_served: tuple[str, ...] = ()
        #: The lists that show the same items on every page, and say each time that more follow.
        self.repeating: dict[str, None] = {}
        self._collections: dict[str, Collection] = {}
        self._shared_lists: dict[tuple[str, frozenset[tuple[str, str | int]]], SharedList] = {}
        self._lock = threading.RLock()
        self._measuring = threading.Lock()

    @property
    def makes_worlds(self) -> bool:
        """Whether a world of its own can be made for a session."""
        return self.control is not None and self.fixture is not None

    def enter_world(self) -> None:
        """Makes a world, where that can be done, and takes its keys. Raises Untestable."""
        if self.control is not None and self.fixture is not None:
            self.target.keys.update(self.control.new_world(self.fixture, self.settings.seed))
        elif self.control is not None:
            self.control.use_world_of(self.target.keys.get("key", ""))

    def in_another_world(self) -> Self:
        """The same target in a world of its own; the rate, the budget of stops and what is served are shared.

        Raises Untestable where the control API makes no more worlds.
        """
        assert self.control is not None  # noqa: S101 - see makes_worlds
        other = copy.copy(self)
        other.control = self.control.for_another_world()
        other.target = self.target.for_keys(self.settings.keys)
        served = self.left_out, self.not_served
        other._begin()  # noqa: SLF001 - it is one of these
        other.left_out, other.not_served = served
        other.enter_world()
        return other

    def leave_world(self) -> None:
        """Removes the world that was made; connections are left to the first session."""
        if self.control is not None:
            self.control.remove_world()

    def close(self) -> None:
        """Closes the connections, and removes the world that was made."""
        self.target.close()
        if self.control is not None:
            self.control.close()

    def has(self, role: str) -> bool:
        """Whether a key of that role is known."""
        return bool(self.target.keys.get(role))

    def judges(self, tag: str) -> bool:
        """Whether rules about a tag are tried."""
        return self.settings.wants(tag) and tag not in self.left_out and tag not in self.not_served

    def probe(self, tag: str) -> Operation | None:
        """The operation that shows whether a tag is served: its list, or what it reads without naming an item."""
        reads = [one for one in self.contract.tagged(tag) if one.reads and one.id_parameter is None]
        return next((one for one in reads if one.is_list), reads[0] if reads else None)

    @property
    def home(self) -> Operation:
        """The operation that is asked first, and whenever the target seems gone."""
        probes = ((tag, self.probe(tag)) for tag in self.contract.tags if self.settings.wants(tag))
        found = [probe for tag, probe in probes if probe is not None and tag not in self.not_served]
        return found[0] if found else self.client.sequences

    def runs(self, *, fresh: bool = False) -> Collection:
        return self.collection(self.client.sequences, fresh=fresh)

    def forget_runs(self) -> None:
        """The runs have changed: they are read anew when next asked for."""
        listing = self.client.sequences.id
        self._collections.pop(listing, None)
        for key in [key for key in list(self._shared_lists) if key[0] == listing]:
            self._shared_lists.pop(key, None)

    def shared_list(self, listing: Operation, query: Mapping[str, str | int]) -> SharedList:
        """Where rules share what a list shows under a query."""
        return self._shared_lists.setdefault((listing.id, frozenset(query.items())), SharedList())

    def collection(self, listing: Operation, *, fresh: bool = False) -> Collection:
        """Every item that the key sees, read once, or anew. Raises NotExercised when it cannot be read."""
        with self._lock:
            if fresh:
                self._collections[listing.id] = self._read(listing)
            elif listing.id not in self._collections:
                with tallied(self.for_all):
                    self._collections[listing.id] = self._read(listing)
            return self._collections[listing.id]

    def _read(self, listing: Operation) -> Collection:
        return Collection(listing, tuple(self.read_all(listing).values()))

    def read_all(self, listing: Operation, *, key: str = "key") -> dict[str, Item]:
        """Every item that a key sees, by id. Raises NotExercised when it cannot be read."""
        found: dict[str, Item] = {}
        send = partial(self._send_page, listing, key)
        try:
            for _, page in read_pages(send, partial(read_page, operation=listing), _SIZE, self.settings.workers):
                known = len(found)
                found.update((item.id, item) for item in page.items)
                if len(found) == known and page.items and page.has_more:
                    self.repeating[listing.path] = None
        except Malformed as error:
            raise NotExercised(f"the collection cannot be read: {error}") from None
        return found

    def _send_page(self, listing: Operation, key: str, number: int) -> Response:
        return self.client.send(listing, query={"page": number, "size": _SIZE}, key=key)

    def company(self, run: Run) -> str | None:
        """The company of a run's contact, as `company_of` has it. Raises NotExercised when it is not known."""
        if run.contact is None:
            return None
        if run.contact.lower() in self.companies:
            return self.companies[run.contact.lower()]
        if "Contacts" not in (*self.not_served, *self.left_out):
            contact = self.collection(self.contract.operations["listContacts"]).by_id.get(run.contact)
            if contact is not None:
                return company_of(contact.fields)
        raise NotExercised("the company of the contacts is not known; give --fixture what the target was loaded with")

    @property
    def lag(self) -> Lag | None:
        """How long reads lag behind writes, measured by the first rule that writes; None where they do not."""
        with self._measuring:
            return self._lag

    @cached_property
    def _lag(self) -> Lag | None:
        return measure(self.client, self.pool, max(LONGEST, self.settings.settle))

    def patience(self, *, once: bool) -> tuple[float, ...]:
        """How long reads wait behind writes: at first, and when a violation may be a lag. `once` leaves out the first."""
        lag, declared = self.lag, self.settings.settle
        if lag is None:
            waits = (0.0, declared)
        elif declared:
            waits = (min(declared, 2 * lag.seconds), declared)
        else:
            waits = (2 * lag.seconds, 4 * lag.seconds)
        return waits[once or waits[0] == waits[1] :]
