"""Command lines read, and how a command ends that cannot be carried out."""

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

_CHOICE = re.compile(r"(argument .*: )?invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
_VALUE = re.compile(r"(argument .*): invalid (int|float) value: (.*)", re.DOTALL)
_STATUSES = """exit status:
  0    done
  1    'journal verify': what was asked does not hold; 'serve': the workers cannot live
  2    it cannot be done as it was asked: a command, an option, a variable of the environment, a file
  3    no sandbox answers
  4    the sandbox rejects it: the key, an id that does not exist, the state of the world, a limit
  130  interrupted
"""


class CommandError(Exception):
    """Ends a command: one sentence that says how to fix it, and the exit status. `issue` is an error response."""

    def __init__(self, message: str, status: int, issue: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.issue = issue


class UsageError(CommandError):
    """A command that cannot be carried out as it was given."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 2)


class Parser(argparse.ArgumentParser):
    """A parser that takes options by their whole names: a shortened one would change its meaning with the next option.

    What it does not understand is a UsageError of one sentence, which guesses what was meant.
    """

    def __init__(self, **how: Any) -> None:
        epilog = "\n".join(filter(None, (how.pop("epilog", None), _STATUSES)))
        form = argparse.RawDescriptionHelpFormatter
        super().__init__(**{**how, "epilog": epilog, "allow_abbrev": False, "formatter_class": form})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, but the command that was given an unknown word is the one that says so."""
        words = sys.argv[1:] if args is None else list(args)
        # What follows may be a key, which argparse would take for the command and repeat.
        if self._subparsers is not None and words and self._is_no_option(words[0]):
            self.error(self._explained(words))
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._explained(unknown))
        return known, unknown

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        if wrong := _CHOICE.fullmatch(message):
            what, given, choices = wrong[1] or "", wrong[2], wrong[3].replace("'", "").split(", ")
            message = f"{what}{given!r} is none of {', '.join(choices)}{_meant(given, choices)}"
        elif wrong := _VALUE.fullmatch(message):
            message = f"{wrong[1]}: {wrong[3]} is no {'whole ' if wrong[2] == 'int' else ''}number"
        raise UsageError(message if message.endswith("?") else f"{message}; see {self.prog} --help")

    def _is_no_option(self, word: str) -> bool:
        return word.startswith("-") and word.split("=", 1)[0] not in self._option_string_actions

    def _explained(self, words: Sequence[str]) -> str:
        name = words[0].split("=", 1)[0]  # what follows may be a key
        if name.startswith("-"):
            if self._subparsers is not None:
                return f"there is no option {name} here; give options after the command"
            return f"there is no option {name}{_meant(name, self._option_string_actions)}"
        return "a value is given without its option, or one too many"


def _meant(given: str, names: Iterable[str]) -> str:
    near = get_close_matches(given, list(names), 1)
    return f"; did you mean {near[0]}?" if near else ""
