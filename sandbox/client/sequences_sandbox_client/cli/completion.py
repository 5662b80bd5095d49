"""The command `completion`: what a shell reads to complete the command line."""

import argparse
from typing import Any

from .parser import UsageError

_SHELLS = ("bash", "zsh", "fish")


def add_to(commands: "argparse._SubParsersAction[Any]", whole: argparse.ArgumentParser) -> None:
    """Adds the command for a whole command line."""
    name = whole.prog
    parser = commands.add_parser(
        "completion",
        help="print what a shell needs to complete commands and options",
        epilog=f"examples:\n  source <({name} completion bash)\n  {name} completion zsh > ~/.zfunc/_{name}\n"
        f"  {name} completion fish > ~/.config/fish/completions/{name}.fish\n",
    )
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help="bash, zsh or fish")
    parser.set_defaults(run=run, whole=whole)


def run(options: argparse.Namespace) -> None:
    try:
        import shtab  # noqa: PLC0415  # only this command needs it, and the light distribution comes without it
    except ModuleNotFoundError:
        raise UsageError("completion needs shtab; pip install shtab") from None
    print(shtab.complete(options.whole, shell=options.shell))
