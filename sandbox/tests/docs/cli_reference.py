"""Writes docs/cli.md from the programs: `python sandbox/tests/docs/cli_reference.py`."""

import argparse
import os
from collections.abc import Iterable, Iterator

from sequences_contract.cli.command import parser as contract_parser
from sequences_sandbox.cli.main import program
from sequences_sandbox.contract.files import shipped
from sequences_sandbox_client.cli.main import parser_of
from sequences_sandbox_client.cli.reach import add_reach
from sequences_sandbox_client.variables import PREFIX

PAGE = shipped("openapi.yaml").parent / "docs" / "cli.md"
_HEAD = """# Commands

Made by `python sandbox/tests/docs/cli_reference.py`; a test keeps it current. Each command has `--help`. Options are
written in full. A name in brackets, such as `[SEQUENCES_SANDBOX_PORT]`, is the environment variable that gives the
option too."""


def page() -> str:
    """The page, as it is without variables of one's own."""
    own = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith(PREFIX)}
    try:
        return "\n".join([_HEAD, *_sections(parser_of(program())), *_sections(contract_parser()), ""])
    finally:
        os.environ.update(own)


def _sections(whole: argparse.ArgumentParser) -> Iterator[str]:
    yield from ("", f"## {whole.prog}", "", whole.description or "")
    statuses = (whole.epilog or "").partition("exit status:")[2].strip("\n")
    if statuses:
        yield from ("", "Exit status:", "", "```", *(line.removeprefix("  ") for line in statuses.splitlines()), "```")
    yield from _commands(whole, "")


def _commands(parser: argparse.ArgumentParser, about: str) -> Iterator[str]:
    """Each command that is no group of others, in a section of its own."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for group in groups:
        helps = {action.dest: action.help or "" for action in group._choices_actions}
        for name, below in group.choices.items():
            if name == "clock":
                yield from _of_every_verb()
            yield from _commands(below, helps[name])
    if not groups:
        text = " ".join((parser.description or f"{about[0].upper()}{about[1:]}.").split())
        yield from ("", f"### {parser.prog}", "", text)
        yield from _table(parser, leaving_out=_REACH if "verb" in parser._defaults else ("help",))


def _of_every_verb() -> Iterator[str]:
    parser = argparse.ArgumentParser(add_help=False)
    add_reach(parser, "a key of the world (default: the current one's); for all worlds, the admin token")
    yield from (
        "",
        "### Options of every verb for a running sandbox",
        "",
        "All commands from here to `events` have them.",
    )
    yield from _table(parser)


_REACH = ("help", "url", "key", "ca_bundle", "timeout", "header", "json")


def _table(parser: argparse.ArgumentParser, leaving_out: Iterable[str] = ()) -> Iterator[str]:
    rows = [_row(action) for action in parser._actions if action.dest not in leaving_out]
    if rows:
        yield from ("", "| | |", "|---|---|", *rows)


def _row(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    shown = [*action.option_strings[:1], *([] if action.nargs == 0 else [str(value)])]
    marks = [" ..." if action.nargs == "+" else "", " (required)" if action.required and action.option_strings else ""]
    cells = [f"`{' '.join(shown)}{marks[0]}`{marks[1]}", (action.help or "").replace("%%", "%")]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
