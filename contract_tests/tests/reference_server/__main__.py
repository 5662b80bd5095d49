"""Serve it: `python contract_tests/tests/reference_server --fixture F [--fault NAME] [--reading NAME]`."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

if not __package__:
    # Run as a folder: the package is found from the top of the checkout.
    sys.path[0] = str(Path(__file__).resolve().parents[3])

from contract_tests.tests.reference_server.build import ALLOWED_READINGS, FAULTS, altered
from contract_tests.tests.reference_server.net import end, listen


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="reference_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--fixture", type=Path, help="a world to begin with")
    parser.add_argument("--fault", action="append", default=[], choices=sorted(FAULTS), metavar="NAME")
    parser.add_argument(
        "--reading", action="append", default=[], choices=["all", *sorted(ALLOWED_READINGS)], metavar="NAME"
    )
    parser.add_argument("--ready-file", type=Path, help="gets JSON {url, control} once the server listens")
    parser.add_argument(
        "--names", action="store_true", help="print the planted faults and the allowed readings, and end"
    )
    return parser.parse_args()


async def run(options: argparse.Namespace) -> None:
    app = altered(options.fault, options.reading)(options.fixture)
    server = await listen(app, options.host, options.port)
    root = f"http://{options.host}:{server.sockets[0].getsockname()[1]}"
    if options.ready_file:
        # Whoever waits for the file must never find it half written.
        draft = options.ready_file.with_suffix(".draft")
        draft.write_text(json.dumps({"url": f"{root}/v1", "control": f"{root}/_sandbox"}), "utf-8")
        draft.replace(options.ready_file)
    print(f"{root}/v1", flush=True)  # noqa: T201 - the command's response
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await end(server)


def main() -> None:
    options = arguments()
    if options.names:
        for entry in FAULTS.values():
            print(f"{entry.group:<11}{entry.profile:<11}{entry.name:<44}{entry.summary}")  # noqa: T201
        for reading in ALLOWED_READINGS.values():
            print(f"{'reading':<22}{reading.name:<44}{reading.summary}")  # noqa: T201
    elif options.fixture is None:
        sys.exit("--fixture is required: the file of a world, such as fixtures/contract.yaml")
    else:
        asyncio.run(run(options))


main()
