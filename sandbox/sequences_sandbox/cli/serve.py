"""`sequences-sandbox serve`: starts a sandbox and says what it offers."""

import argparse
from typing import Any

from sequences_sandbox_client.cli.options import add_option

from ..server.signals import leave_at_signals
from .values import address, header_name, host_name, network, port, rate_limit, seconds, token, whole_number

_EXAMPLES = """examples:
  sequences-sandbox serve
  sequences-sandbox serve --port 0 --fixture every_status
  sequences-sandbox serve --fixture ./my-world.yaml --clock 2026-03-02T09:00:00Z --freeze
  sequences-sandbox serve --store postgresql://sandbox@db.example/sandbox --workers 4
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    parser = commands.add_parser(
        "serve",
        help="start a sandbox",
        description="Starts a sandbox with the data of a fixture. It stops at Ctrl-C, and forgets everything then, "
        "unless a database keeps it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_option(parser, "--host", "the address to listen on", default="127.0.0.1", type=address, metavar="ADDRESS")
    add_option(parser, "--port", "the port to listen on; 0 picks a free one", default=4010, type=port)
    add_option(
        parser, "--fixture", "a fixture file, or the name of one that ships", default="demo", metavar="FILE|NAME"
    )
    add_option(
        parser, "--reload", "go on with the fixture and the contract as they are now when one of the files changes",
        action="store_true", default=False,
    )  # fmt: skip
    add_option(
        parser,
        "--store",
        "where worlds are kept: memory, or the URL of a PostgreSQL",
        default="memory",
        metavar="STORE",
    )
    add_option(parser, "--workers", "processes that serve; PostgreSQL only", default=1, type=whole_number, metavar="N")
    add_option(
        parser, "--store-connections", "connections to the database, of all workers together (default: 16 for each)",
        type=whole_number, metavar="N",
    )  # fmt: skip
    add_option(
        parser, "--wait-for-store", "how long to wait at the start for a database that is away", default=0, type=seconds,
        metavar="SECONDS",
    )  # fmt: skip
    add_option(parser, "--clock", "the time at which the world's clock starts", metavar="TIMESTAMP")
    add_option(parser, "--freeze", "hold the world's time still", action="store_true", default=False)
    add_option(parser, "--log-format", "how log lines are written", default="text", choices=("text", "json"))
    add_option(
        parser, "--log-every", "log one in N requests, and each with 5xx or of a second", default=1, type=whole_number,
        metavar="N",
    )  # fmt: skip
    add_option(
        parser, "--log-level", "what is logged; of requests, 'warning' keeps those that fail or take a second",
        default="info", choices=("debug", "info", "warning", "error"),
    )  # fmt: skip
    add_option(
        parser, "--trace", "send a span of each request to the OpenTelemetry collector at OTEL_EXPORTER_OTLP_ENDPOINT",
        action="store_true", default=False,
    )  # fmt: skip
    add_option(
        parser, "--cors", "origins whose pages may call the API; on loopback any may", nargs="+", metavar="ORIGIN"
    )
    add_option(parser, "--no-cors", "let no page of another origin call", action="store_true", default=False)
    add_option(
        parser, "--admin-token", "what the control API's admin calls need; off loopback one is made. A command line stands "
        "in the process list, for others to read: set SEQUENCES_SANDBOX_ADMIN_TOKEN instead", type=token, metavar="TOKEN",
    )  # fmt: skip
    add_option(
        parser,
        "--public-worlds",
        "how many worlds anonymous visitors may make",
        default=0,
        type=whole_number,
        metavar="N",
    )
    add_option(
        parser, "--public-worlds-per-address", "how many of them the visitors of one client address may have",
        default=10, type=whole_number, metavar="N",
    )  # fmt: skip
    add_option(
        parser, "--public-world-hours", "for how many hours a visitor's world is kept at most", default=24,
        type=whole_number, metavar="HOURS",
    )  # fmt: skip
    add_option(
        parser, "--trusted-proxy", "addresses or networks of proxies whose X-Forwarded-For or Forwarded says where a "
        "request comes from", nargs="+", type=network, metavar="ADDRESS",
    )  # fmt: skip
    add_option(
        parser, "--admin-token-file", "a file that holds the admin token, such as a mounted secret", metavar="FILE"
    )
    add_option(
        parser, "--allow-host", "further host names of this server, without scheme and port", nargs="+", type=host_name,
        metavar="NAME",
    )  # fmt: skip
    add_option(
        parser, "--embed-origin", "origins whose pages may frame the console's embeds; on loopback those of this machine",
        nargs="+", metavar="ORIGIN",
    )  # fmt: skip
    add_option(
        parser, "--root-path", "the path under which a proxy makes the sandbox reachable, such as /sandbox", default="",
        metavar="PATH",
    )  # fmt: skip
    add_option(
        parser, "--journal-headers", "further headers of requests that the journal keeps, such as X-Trace-Id",
        nargs="+", type=header_name, metavar="NAME",
    )  # fmt: skip
    add_option(parser, "--rate-limit", "how often each key may call, such as 60/min", type=rate_limit, metavar="RATE")
    add_option(
        parser, "--fault-header", "let requests ask for a fault by X-Sandbox-Fault; on loopback they may",
        action="store_true", default=False,
    )  # fmt: skip
    add_option(parser, "--no-fault-header", "let no request ask for a fault", action="store_true", default=False)
    add_option(
        parser, "--grace-seconds", "how long responses that are under way may take when it is stopped", default=10,
        type=seconds, metavar="SECONDS",
    )  # fmt: skip
    add_option(parser, "--ready-file", "write URLs and keys to this file as JSON, once ready", metavar="FILE")
    add_option(parser, "--exit-with-stdin", "leave when standard input ends", action="store_true", default=False)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Serves until it is stopped, also before it is ready."""
    leave_at_signals()
    from .serving import start  # noqa: PLC0415  # takes most of a second, in which a signal must stop the program already

    start(options)
