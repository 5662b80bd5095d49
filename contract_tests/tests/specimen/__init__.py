"""The specimen: a small independent server of the Sequences API, on which the contract suite proves that it bites.

It shares openapi.yaml's meaning with the sandbox and not one line of code. Correct by itself, it can be altered by
name: a *freedom* is a reading that profile `documented` grants, a *fault* is what a suite must find.

Its worlds are static whatever the fixture says: pauses end at their instant, steps never execute by themselves.
"""

from .alterations import Fault, Freedom
from .build import FAULTS, FREEDOMS, altered, serve

__all__ = ["FAULTS", "FREEDOMS", "Fault", "Freedom", "altered", "serve"]
