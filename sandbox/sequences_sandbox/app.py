"""The one place where the parts are joined, and the one line that asks the machine what time it is."""

import pkgutil
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from starlette.types import ASGIApp

from .contract.declarations import check_declarations
from .contract.lifecycles import run_lifecycle
from .contract.reading import Spec, read_spec
from .domain.hosts import is_loopback
from .domain.limits import PUBLIC_LIMITS, host_limits
from .domain.timestamps import parse_timestamp
from .fixtures import Fixture, Fixtures, read
from .http.cors import Cors
from .http.offload import LongWork, Offload
from .http.operation import Handler
from .http.pages.pages import pages
from .http.request.client_address import ClientAddresses
from .http.root_path import RootPath
from .http.security import Authenticators, Hosts
from .http.streaming.events import Streams
from .http.streaming.world_timers import WorldTimers
from .http.traffic.access_log import Log
from .http.traffic.admission import AdmissionCheck
from .http.traffic.recorder import Recorder
from .http.traffic.telemetry import Telemetry
from .http.traffic.tracing import Tracing
from .metrics.prometheus import Metrics
from .operations import control as control_operations
from .operations import public
from .operations.control.control import Control
from .operations.control.visitors import PACE_OF_ADDRESS
from .resources import RESOURCES
from .resources.organizations import ORGANIZATIONS
from .server.connections import Connections
from .settings import Settings
from .store.base import Store
from .store.memory import MemoryStore
from .store.records import KeyRecord
from .traffic.journal import HARMLESS_HEADERS
from .traffic.metrics import Tally
from .traffic.paces import Paces
from .traffic.places import Places
from .worlds.api_keys import ADMIN
from .worlds.events import EventBus
from .worlds.factory import CreatedWorld, WorldFactory, WorldOptions
from .worlds.succession import Succession, succession_of
from .worlds.worlds import Worlds

with warnings.catch_warnings():
    # Connexion 3.3 imports Starlette names that Starlette has since deprecated, and users need not see the warnings.
    warnings.filterwarnings("ignore", module="connexion")
    from connexion.spec import Specification

    from .http.asgi import ContractMiddleware
    from .http.contract import Services
    from .http.traffic.held import Held

DEFAULT_WORLD: Final = "default"
_LONG_WORK_AT_ONCE: Final = 2
_LARGE_WORK_AT_ONCE: Final = 1
CONTROL: Final = Path(__file__).with_name("control.yaml")


@dataclass(frozen=True, slots=True)
class App:
    """A sandbox, joined: what serves it, the connections that it takes, its event streams, metrics and log, the worlds in
    it, and the default world with its fixture and tokens."""

    asgi: ASGIApp
    connections: Connections
    streams: Streams
    metrics: Metrics
    log: Log
    spec: Spec
    worlds: Worlds
    fixture: Fixture
    default: CreatedWorld
    tracing: Tracing | None = None
    succession: Succession | None = None

    def close(self) -> None:
        """Hands over what was measured and logged, when the process ends."""
        self.log.flush()
        self.metrics.publish()
        if self.tracing is not None:
            self.tracing.close()


def wall_clock() -> int:
    """The machine's time, in microseconds since 1970."""
    return time.time_ns() // 1000


def build(
    settings: Settings,
    wall: Callable[[], int] = wall_clock,
    store: Store | None = None,
    predecessor: App | None = None,
) -> App:
    """A sandbox, in memory unless a store is given.

    Raises SpecError, FixtureError, TimestampError, CompileError, StoreError or ConsoleError.

    One with a `predecessor` has its worlds, on its store, its connections, and what it counted. Its default world is as
    `succession` says once that is carried out.
    """
    spec, control_spec = read_spec(settings.contract), read_spec(CONTROL)
    check_declarations(spec, RESOURCES.values())
    lifecycle = run_lifecycle(spec)
    if store is None:
        store = MemoryStore(wall)
    before = None if predecessor is None else predecessor.worlds
    worlds = Worlds(store, EventBus(store) if before is None else before.events, lifecycle, before)
    factory, fixture = WorldFactory(worlds), read(settings.fixture, lifecycle, spec.scopes)
    succession = None
    if predecessor is None:
        now = parse_timestamp(settings.clock) if settings.clock is not None else None
        default = factory.join(fixture, WorldOptions(DEFAULT_WORLD, now=now, frozen=settings.freeze, minted=False))
    else:
        succession = succession_of(worlds, predecessor.worlds, predecessor.default, fixture)
        default = succession.default
    if settings.visitors.worlds > 0:
        # Whoever reads the documentation has its keys, and may fill it for all.
        room = (PUBLIC_LIMITS.document_bytes or 0) + fixture.size
        worlds.shared[default.record.id] = replace(PUBLIC_LIMITS, document_bytes=room)
    held, connections, measured = _bounds(settings, worlds, default.record.id, predecessor)
    control = Control(
        worlds=worlds,
        factory=factory,
        fixture=fixture,
        default_world=default.record.id,
        visitors=settings.visitors,
        paces=Paces(PACE_OF_ADDRESS),
        document=control_spec.document,
        wall=wall,
        started_wall=wall(),
        read=Fixtures(fixture, lifecycle, spec.scopes).read,
        operations=spec.operation_ids,
        base_path=spec.base_path,
        limit=settings.rate_limit,
        headers=HARMLESS_HEADERS | {name.encode() for name in settings.journal_headers},
        metrics=measured,
    )
    handlers = named_handlers(spec, worlds, modules_of(public))
    handlers |= named_handlers(control_spec, control, modules_of(control_operations))
    first = fixture.documents[ORGANIZATIONS.kind][0]
    operator = replace(ADMIN, world_id=default.record.id, organization_id=first.id)
    services = _services(settings, control, operator, handlers, held)
    return App(
        _asgi(settings, spec, control_spec, services), connections, services.streams, measured, services.log, spec, worlds,
        fixture, default, settings.tracing, succession,
    )  # fmt: skip


def _bounds(
    settings: Settings, worlds: Worlds, default_world: str, predecessor: App | None
) -> tuple[Held, Connections, Metrics]:
    """What is held for clients, the connections that are taken, and the metrics of how full each of them is."""
    limits = host_limits(settings.descriptors, shared=settings.visitors.worlds > 0)
    held = Held(
        ClientAddresses(settings.proxies), Places(limits.streams), Places(limits.delayed), Places(limits.bodies),
        Places(limits.long_work),
    )  # fmt: skip
    if predecessor is None:
        tally = Tally()
        connections = Connections(limits.connections, held.addresses.is_proxy, tally.limit, tally.rejection)
    else:
        tally, connections = predecessor.metrics.tally, predecessor.connections
    bounded = (
        connections, held.streams, held.delayed, held.bodies, held.long_work, worlds.waiting, worlds.seeds.visitor_bytes
    )  # fmt: skip
    return held, connections, Metrics(worlds, tally, bounded, default_world)


def _asgi(settings: Settings, spec: Spec, control_spec: Spec, services: Services) -> ASGIApp:
    """The contracts above the pages, below the root path."""
    others = pages(settings.contract, spec.base_path, spec.operation_ids, settings.embed_origins)
    asgi = ContractMiddleware(others, services)
    for each, private in ((spec, False), (control_spec, True)):
        resolved = Specification.load(each.document)  # type: ignore[no-untyped-call]  # Connexion types none of it
        asgi.add_api(resolved, base_path=each.base_path, private=private)
    if settings.root_path or settings.proxies:
        return RootPath(asgi, settings.root_path, services.held.addresses.is_proxy)
    return asgi


def _services(
    settings: Settings, control: Control, operator: KeyRecord, handlers: Mapping[str, Handler], held: Held
) -> Services:
    worlds, shared = control.worlds, settings.visitors.worlds > 0
    log = Log(settings.log_format, control.wall, held.addresses, settings.log_every)
    offload = Offload(worlds.store.blocking)
    ways_in = Authenticators(worlds.store, settings.admin_token, held.addresses, operator, visitors=shared).by_scheme()
    return Services(
        worlds=worlds,
        handlers=handlers,
        authenticators=ways_in,
        cors=Cors(settings.cors, control.base_path),
        hosts=Hosts(settings.host, settings.allow_hosts),
        admission=AdmissionCheck(worlds, settings.rate_limit, header=settings.fault_header),
        recorder=Recorder(
            worlds,
            log,
            operator.world_id,
            ways_in["apiKey"],
            control.headers,
            discreet=shared or not is_loopback(settings.host),
        ),
        held=held,
        streams=Streams(worlds.events, WorldTimers(worlds, offload), offload),
        log=log,
        telemetry=Telemetry(control.metrics.tally, log, settings.tracing, operator.world_id),
        offload=offload,
        long_work=LongWork(_LONG_WORK_AT_ONCE),
        large_work=LongWork(_LARGE_WORK_AT_ONCE),
        wall=control.wall,
    )


def modules_of(package: ModuleType) -> list[ModuleType]:
    """The modules in a package, so that a new tag of the contract is a new file and nothing more."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [import_module(f"{package.__name__}.{name}") for name in names]


def named_handlers(spec: Spec, services: object, modules: Iterable[ModuleType]) -> dict[str, Handler]:
    """Handlers by operationId: what the modules define under those names, bound to what they work on."""
    return {
        name: partial(getattr(module, name), services)
        for module in modules
        for name in spec.operation_ids
        if hasattr(module, name)
    }
