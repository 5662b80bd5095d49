"""`sequences-sandbox world use`: the world that verbs are about when no key is given."""

import argparse
import os
import sys
from dataclasses import replace
from typing import Any

from ..calls import Call
from ..errors import SandboxError
from ..variables import PREFIX
from . import known_worlds
from .known_worlds import KnownWorld, KnownWorlds
from .options import reject_misspelt_variables, source_of
from .parser import UsageError
from .printable import as_json, printable
from .reach import add_reach, address, connected, failed


def add_to(verbs: "argparse._SubParsersAction[Any]") -> None:
    parser = verbs.add_parser(
        "use",
        help="make a world the current one",
        description="Makes a world the current one: verbs are about it when no key is given. A world is known when it was\n"
        "created here, or used with its key. Without arguments the known worlds are listed.",
        epilog="examples:\n  %(prog)s mine\n  %(prog)s --key topo_…\n  %(prog)s --default\n",
    )
    parser.add_argument("world", nargs="?", metavar="WORLD", help="its name, or the first characters of its id")
    parser.add_argument("--default", action="store_true", help="go back to the world of the demo data")
    add_reach(parser, "a key of the world; it is kept in a file that only you can read", variable=None)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Chooses the world and says which one it is, or lists those that are known. Raises CommandError."""
    reject_misspelt_variables()
    known = known_worlds.read()
    if options.default:
        known = replace(known, current_id=None)
        known_worlds.write(known)
    elif options.key or options.world:
        chosen = _opened(options) if options.key else _found(known, options)
        known = replace(known.with_world(chosen), current_id=chosen.id)
        known_worlds.write(known)
    _show(known, options)


def _opened(options: argparse.Namespace) -> KnownWorld:
    """The world that the key opens."""
    from ..transport import ControlClient  # noqa: PLC0415  # loads httpx, which help does not need

    url, key = address(options), options.key
    try:
        with connected(options, url) as http:
            world = known_worlds.described(url, ControlClient(http, key)(Call("GET", "/world")), key)
    except SandboxError as error:
        raise failed(error) from None
    if options.world and not _is(world, options.world):
        raise UsageError(
            f"the key opens the world {world.name!r}, {world.id}, and not {options.world!r}; leave one out"
        )
    return world


def _found(known: KnownWorlds, options: argparse.Namespace) -> KnownWorld:
    """The known world of that name or id, at the URL that was given with it."""
    given, url = options.world, address(options) if _has_own_url(options) else None
    found = [one for one in known.worlds if _is(one, given) and url in (None, one.url)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{given!r} fits {', '.join(one.id for one in found)}; give more of the id")
    names = ", ".join(printable(one.name) for one in known.worlds) or "none yet"
    raise UsageError(f"no key of {given!r} is known here; give one with --key, or name a known world: {names}")


def _is(world: KnownWorld, given: str) -> bool:
    return world.name == given or world.id.startswith(given.lower())


def _has_own_url(options: argparse.Namespace) -> bool:
    return bool(options.url) and source_of(options, "--url") == "--url"


def _show(known: KnownWorlds, options: argparse.Namespace) -> None:
    listed = [{"id": one.id, "name": one.name, "url": one.url, "current": one == known.current} for one in known.worlds]
    if not options.json:
        for one in listed:
            print(printable(f"{'*' if one['current'] else ' '} {one['id']}  {one['name']:<24} {one['url']}"))
        if known.current is None:
            print("verbs are about the world of the demo data")
    else:
        print(as_json({"items": listed}))
    if known.current is not None and f"{PREFIX}KEY" in os.environ:
        print(f"note: {PREFIX}KEY is set and goes before the current world", file=sys.stderr)
    if (
        known.current is not None
        and options.url
        and not _has_own_url(options)
        and address(options) != known.current.url
    ):
        what = f"is {address(options)}, which goes before the current world's {known.current.url}"
        print(f"note: {source_of(options, '--url')} {what}", file=sys.stderr)
