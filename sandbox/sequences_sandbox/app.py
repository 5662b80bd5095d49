"""The one place where the parts are joined, and the one line that asks the machine what time it is."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from starlette.types import ASGIApp

from .contract.files import shipped
from .contract.reading import Spec, read_lifecycle, read_spec
from .domain.timestamps import parse_timestamp
from .fixtures import Fixtures, read
from .http.cors import Cors
from .http.operation import Handler
from .http.pages.pages import pages
from .http.security import Hosts, authenticators, is_loopback
from .http.streaming.events import Streams
from .http.streaming.world_timers import WorldTimers
from .http.traffic.access_log import Log, LogFormat
from .http.traffic.admission import AdmissionCheck
from .http.traffic.recorder import Recorder
from .operations.control import clock as control_clock
from .operations.control import events as control_events
from .operations.control import faults as control_faults
from .operations.control import journal as control_journal
from .operations.control import metrics as control_metrics
from .operations.control import rate_limit as control_rate_limit
from .operations.control import sequences as control_runs
from .operations.control import server as control_server
from .operations.control import snapshots as control_snapshots
from .operations.control import worlds as control_worlds
from .operations.public import sequences
from .store.base import Store
from .store.opening import MEMORY, open_store
from .traffic.metrics import Tally
from .traffic.rate_limits import RateLimit
from .worlds.conflicts import retry_on_conflict
from .worlds.control import Control, PublicWorlds
from .worlds.events import EventBus
from .worlds.factory import CreatedWorld, WorldFactory, WorldOptions
from .worlds.shared_events import SharedEventBus
from .worlds.traffic_control import TrafficControl
from .worlds.world import Worlds

with warnings.catch_warnings():
    # Connexion 3.3 imports Starlette names that Starlette has since deprecated, and users need not hear of it.
    warnings.filterwarnings("ignore", module="connexion")
    from connexion.middleware.main import ConnexionMiddleware

    from .http.asgi import ContractMiddleware
    from .http.contract import Services

DEFAULT_WORLD: Final = "default"
CONTROL: Final = Path(__file__).with_name("control.yaml")
CONTROL_TAGS: Final = (control_server, control_worlds, control_snapshots, control_clock, control_runs)
TRAFFIC_TAGS: Final = (control_faults, control_rate_limit, control_journal, control_events, control_metrics)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox is to run.

    `store` is `memory` or the URL of a database. `clock` is an RFC 3339 instant to begin at. `host` is what it listens on.
    Without `admin_token` everyone is the admin of the control API; `public_worlds` is how many worlds strangers may have.
    `rate_limit` holds for every key of worlds that set none of their own; `fault_header` lets a request ask for a fault by
    the header X-Sandbox-Fault. Pages of `embed_origins` may frame the console's embeds.
    """

    fixture: str = "demo"
    store: str = MEMORY
    contract: Path = field(default_factory=lambda: shipped("openapi.yaml"))
    clock: str | None = None
    freeze: bool | None = None
    cors: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    allow_hosts: tuple[str, ...] = ()
    admin_token: str | None = None
    public_worlds: int = 0
    rate_limit: RateLimit | None = None
    fault_header: bool = True
    embed_origins: tuple[str, ...] = ()
    log_format: LogFormat = "text"


@dataclass(frozen=True, slots=True)
class App:
    """A sandbox, joined: what serves it, the worlds in it, and the default world with its tokens."""

    asgi: ASGIApp
    spec: Spec
    worlds: Worlds
    default: CreatedWorld


def wall_clock() -> int:
    """The machine's time, in microseconds since 1970."""
    return time.time_ns() // 1000


def build(settings: Settings, wall: Callable[[], int] = wall_clock, store: Store | None = None) -> App:
    """A sandbox. Raises SpecError, FixtureError, TimestampError, CompileError, StoreError or ConsoleError."""
    spec = read_spec(settings.contract)
    lifecycle = read_lifecycle(spec)
    if store is None:
        store = open_store(settings.store, lifecycle, wall)
    listeners = EventBus() if store.channels is None else SharedEventBus(store.channels)
    worlds = Worlds(store, listeners)
    now = parse_timestamp(settings.clock) if settings.clock is not None else None
    fixture, factory = read(settings.fixture, lifecycle, spec.scopes), WorldFactory(store, lifecycle)
    epoch = WorldOptions(DEFAULT_WORLD, now=now, frozen=settings.freeze, minted=False)
    default = factory.join(fixture, epoch, store.wall())
    control_spec = read_spec(CONTROL)
    control = Control(
        worlds=worlds,
        factory=factory,
        fixture=fixture,
        default_world=default.record.id,
        public_worlds=PublicWorlds(settings.public_worlds),
        document=control_spec.document,
        wall=wall,
        started_wall=wall(),
        read=Fixtures(fixture, lifecycle, spec.scopes).read,
    )
    tally, log = Tally(), Log(settings.log_format, wall)
    traffic = TrafficControl(store, spec.operation_ids, settings.rate_limit, tally)
    ways_in = authenticators(store, settings.admin_token, public_worlds=settings.public_worlds > 0)
    hosted = settings.public_worlds > 0 or not is_loopback(settings.host)
    called = handlers(worlds, sequences) | handlers(control, *CONTROL_TAGS) | handlers(traffic, *TRAFFIC_TAGS)
    services = Services(
        handlers={name: retry_on_conflict(handler) for name, handler in called.items()} if store.blocking else called,
        authenticators=ways_in,
        cors=Cors(settings.cors, spec.base_path),
        hosts=Hosts(settings.host, settings.allow_hosts),
        gate=AdmissionCheck(store, wall, settings.rate_limit, header=settings.fault_header),
        recorder=Recorder(store, listeners, tally, log, default.record.id, ways_in["apiKey"], discreet=hosted),
        streams=Streams(listeners, WorldTimers(worlds)),
        log=log,
        wall=wall,
        blocking=store.blocking,
    )
    contracts: Any = partial(ContractMiddleware, services=services)
    others = pages(settings.contract, spec.operation_ids, settings.embed_origins)
    connexion = ConnexionMiddleware(others, middlewares=[contracts])
    connexion.add_api(spec.document, base_path=spec.base_path)
    connexion.add_api(control_spec.document, base_path=control_spec.base_path, private=True)
    # Connexion builds its stack at the first request; a contract that cannot be kept has to stop the start.
    asgi, _ = connexion._build_middleware_stack()  # noqa: SLF001
    return App(asgi, spec, worlds, default)


def handlers(services: object, *modules: ModuleType) -> dict[str, Handler]:
    """Handlers by operationId: the public functions that the modules define, bound to what they work on."""
    return {
        name: partial(function, services)
        for module in modules
        for name, function in vars(module).items()
        if callable(function) and not name.startswith("_") and function.__module__ == module.__name__
    }
