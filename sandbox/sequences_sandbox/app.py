"""The one place where the parts are joined, and the one line that asks the machine what time it is."""

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from starlette.types import ASGIApp

from .births import Birth, Births, Born
from .fixtures import read
from .http.compile import Authenticator, Handler
from .http.cors import Cors
from .http.exchange import Exchange
from .http.log import Log, LogFormat
from .http.pages import pages
from .instants import parse_instant
from .keys import authenticate
from .listeners import Listeners
from .operations import sequences
from .paths import shipped
from .spec import Spec, read_lifecycle, read_spec
from .store.base import KeyRecord, Store
from .store.memory import MemoryStore
from .world import Worlds

with warnings.catch_warnings():
    # Connexion 3.3 imports Starlette names that Starlette has since deprecated, and users need not hear of it.
    warnings.filterwarnings("ignore", module="connexion")
    from connexion.middleware.main import ConnexionMiddleware

    from .http.middleware import ContractMiddleware, Services

DEFAULT_WORLD: Final = "default"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox is to run. `clock` is an RFC 3339 instant to begin at."""

    fixture: str = "demo"
    contract: Path = field(default_factory=lambda: shipped("openapi.yaml"))
    clock: str | None = None
    freeze: bool | None = None
    cors: tuple[str, ...] = ()
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
    """A sandbox. Raises SpecError, FixtureError, InstantError or CompileError for settings that cannot be met."""
    spec = read_spec(settings.contract)
    lifecycle = read_lifecycle(spec)
    if store is None:
        store = MemoryStore(wall)
    worlds = Worlds(store, Listeners())
    now = parse_instant(settings.clock) if settings.clock is not None else None
    birth = Birth(DEFAULT_WORLD, now=now, frozen=settings.freeze, minted=False)
    default = Births(store, lifecycle).bear(read(settings.fixture, lifecycle), birth, store.wall())
    services = Services(
        handlers=handlers(worlds, sequences),
        authenticators={"apiKey": api_key(store)},
        cors=Cors(settings.cors),
        log=Log(settings.log_format, wall),
        wall=wall,
        blocking=store.blocking,
    )
    contracts: Any = partial(ContractMiddleware, services=services)
    connexion = ConnexionMiddleware(pages(settings.contract), middlewares=[contracts])
    connexion.add_api(spec.document, base_path=spec.base_path)
    # Connexion builds its stack at the first request; a contract that cannot be kept has to stop the start.
    asgi, _ = connexion._build_middleware_stack()  # noqa: SLF001
    return App(asgi, spec, worlds, default)


def handlers(worlds: Worlds, *modules: ModuleType) -> Mapping[str, Handler]:
    """Handlers by operationId: the public functions that the modules define."""
    return {
        name: partial(function, worlds)
        for module in modules
        for name, function in vars(module).items()
        if callable(function) and not name.startswith("_") and function.__module__ == module.__name__
    }


def api_key(store: Store) -> Authenticator:
    """Finds the key of a request among those of the store's worlds."""

    def authenticator(exchange: Exchange) -> KeyRecord:
        return authenticate(exchange.header(b"authorization"), store.find_key)

    return authenticator
