"""How a sandbox is to run: what `build` in `app.py` makes one from."""

from dataclasses import dataclass, field
from pathlib import Path

from .contract.files import shipped
from .domain.limits import NO_VISITORS, VisitorLimits
from .http.request.client_address import Network
from .http.traffic.access_log import LogFormat
from .http.traffic.tracing import Tracing
from .traffic.rate_limits import RateLimit


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox is to run.

    `clock` is an RFC 3339 instant to begin at. `host` is what it listens on.
    Without `admin_token` everyone is the admin of the control API; `visitors` is what anonymous visitors may have, none
    unless it is given, and `proxies` are the networks of proxies that say where a request comes from. At most `descriptors`
    files and connections are open. The journal keeps `journal_headers` beside those that it always keeps.
    `rate_limit` holds for every key of worlds that set none of their own; `fault_header` lets a request ask for a fault by
    the header X-Sandbox-Fault. Pages of `embed_origins` may frame the console's embeds. `root_path` is the path
    under which a proxy makes it reachable, empty for none. Of requests one in `log_every` is logged, and each traced where
    there is `tracing`.
    """

    fixture: str = "demo"
    contract: Path = field(default_factory=lambda: shipped("openapi.yaml"))
    clock: str | None = None
    freeze: bool | None = None
    cors: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    allow_hosts: tuple[str, ...] = ()
    admin_token: str | None = None
    visitors: VisitorLimits = NO_VISITORS
    proxies: tuple[Network, ...] = ()
    descriptors: int = 1024
    journal_headers: tuple[str, ...] = ()
    rate_limit: RateLimit | None = None
    fault_header: bool = True
    embed_origins: tuple[str, ...] = ()
    log_format: LogFormat = "text"
    log_every: int = 1
    root_path: str = ""
    tracing: Tracing | None = None
