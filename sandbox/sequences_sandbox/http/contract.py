"""A contract, registered with Connexion: every operation compiled, with its handler and its authenticator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connexion.middleware.abstract import RoutedAPI
from connexion.operations.abstract import AbstractOperation
from connexion.resolver import Resolver

from ..store.records import KeyRecord
from ..worlds.worlds import Worlds
from .cors import Cors
from .offload import LongWork, Offload
from .operation import Authenticator, CompileError, Handler, Operation, require_handler
from .request.context import RequestContext
from .router import Router
from .security import Hosts
from .streaming.events import Streams
from .traffic.access_log import Log
from .traffic.admission import AdmissionCheck
from .traffic.held import Held
from .traffic.recorder import Recorder
from .traffic.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Services:
    """What requests need: handlers by operationId, authenticators by security scheme, and what surrounds them."""

    worlds: Worlds
    handlers: Mapping[str, Handler]
    authenticators: Mapping[str, Authenticator]
    cors: Cors
    hosts: Hosts
    admission: AdmissionCheck
    recorder: Recorder
    held: Held
    streams: Streams
    log: Log
    telemetry: Telemetry
    offload: Offload
    long_work: LongWork
    large_work: LongWork
    wall: Callable[[], int]


class ContractAPI(RoutedAPI[Operation]):
    """One contract, its operations compiled.

    A `private` one answers under the server's own host names only, except for operations that are open to anyone.
    """

    def __init__(
        self, specification: Any, *, services: Services, router: Router[Operation], private: bool, **kwargs: Any
    ) -> None:
        super().__init__(specification, resolver=Resolver(services.handlers.get), **kwargs)
        self._services = services
        self._private = private
        self._router = router
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> Operation:
        """Compiles an operation and gives it its place in the router."""
        path, method = operation.path, operation.method
        item = self.specification["paths"][path]
        raw, shared = item[method], item.get("parameters", [])
        compiled = Operation(
            raw,
            shared,
            require_handler(raw, shared, self._services.handlers.get(raw["operationId"])),
            self._authenticator(operation.security),
            private=self._private,
        )
        self._router.add(self.base_path, path, method, compiled)
        return compiled

    def _authenticator(self, security: list[Mapping[str, Any]]) -> Authenticator:
        authenticate = self._scheme([name for requirement in security for name in requirement])
        if not self._private or not security:
            return authenticate
        hosts = self._services.hosts

        def authenticate_under_own_name(context: RequestContext) -> KeyRecord | None:
            hosts.require(context)
            return authenticate(context)

        return authenticate_under_own_name

    def _scheme(self, names: list[str]) -> Authenticator:
        if not names:
            return lambda context: None
        if len(names) > 1 or names[0] not in self._services.authenticators:
            raise CompileError(
                f"security {names}: known are {sorted(self._services.authenticators)}, one for an operation"
            )
        return self._services.authenticators[names[0]]
