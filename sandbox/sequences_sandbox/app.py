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

from .births import Birth, Births, Born
from .conflicts import retried
from .control import Control, Strangers
from .fixtures import Fixtures, read
from .http.alarms import Alarms
from .http.compile import Handler
from .http.cors import Cors
from .http.events import Streams
from .http.gate import Gate
from .http.log import Log, LogFormat
from .http.pages import pages
from .http.recorder import Recorder
from .http.security import Hosts, authenticators, is_loopback
from .instants import parse_instant
from .listeners import Listeners
from .metrics import Tally
from .operations import (
    control_clock,
    control_events,
    control_faults,
    control_journal,
    control_metrics,
    control_rate_limit,
    control_runs,
    control_server,
    control_snapshots,
    control_worlds,
    sequences,
)
from .paths import shipped
from .rate_limits import RateLimit
from .shared_listeners import SharedListeners
from .spec import Spec, read_lifecycle, read_spec
from .store.base import Store
from .store.opening import MEMORY, open_store
from .traffic_control import TrafficControl
from .world import Worlds

with warnings.catch_warnings():
    # Connexion 3.3 imports Starlette names that Starlette has since deprecated, and users need not hear of it.
    warnings.filterwarnings("ignore", module="connexion")
    from connexion.middleware.main import ConnexionMiddleware

    from .http.contract import Services
    from .http.middleware import ContractMiddleware

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
    default: Born


def wall_clock() -> int:
    """The machine's time, in microseconds since 1970."""
    return time.time_ns() // 1000


def build(settings: Settings, wall: Callable[[], int] = wall_clock, store: Store | None = None) -> App:
    """A sandbox. Raises SpecError, FixtureError, InstantError, CompileError, StoreError or ConsoleError."""
    spec = read_spec(settings.contract)
    lifecycle = read_lifecycle(spec)
    if store is None:
        store = open_store(settings.store, lifecycle, wall)
    listeners = Listeners() if store.channels is None else SharedListeners(store.channels)
    worlds = Worlds(store, listeners)
    now = parse_instant(settings.clock) if settings.clock is not None else None
    fixture, births = read(settings.fixture, lifecycle, spec.scopes), Births(store, lifecycle)
    birth = Birth(DEFAULT_WORLD, now=now, frozen=settings.freeze, minted=False)
    default = births.join(fixture, birth, store.wall())
    control_spec = read_spec(CONTROL)
    control = Control(
        worlds=worlds,
        births=births,
        fixture=fixture,
        default_world=default.record.id,
        strangers=Strangers(settings.public_worlds),
        document=control_spec.document,
        wall=wall,
        started_wall=wall(),
        read=Fixtures(fixture, lifecycle, spec.scopes).read,
    )
    tally, log = Tally(), Log(settings.log_format, wall)
    traffic = TrafficControl(store, spec.operation_ids, settings.rate_limit, tally)
    ways_in = authenticators(store, settings.admin_token, strangers=settings.public_worlds > 0)
    hosted = settings.public_worlds > 0 or not is_loopback(settings.host)
    called = handlers(worlds, sequences) | handlers(control, *CONTROL_TAGS) | handlers(traffic, *TRAFFIC_TAGS)
    services = Services(
        handlers={name: retried(handler) for name, handler in called.items()} if store.blocking else called,
        authenticators=ways_in,
        cors=Cors(settings.cors, spec.base_path),
        hosts=Hosts(settings.host, settings.allow_hosts),
        gate=Gate(store, wall, settings.rate_limit, header=settings.fault_header),
        recorder=Recorder(store, listeners, tally, log, default.record.id, ways_in["apiKey"], discreet=hosted),
        streams=Streams(listeners, Alarms(worlds)),
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
