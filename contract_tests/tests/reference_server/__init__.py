"""The reference server: a small independent server of the API, on which the contract suite is tested.

It shares openapi.yaml's meaning with the sandbox and not one line of code. Correct by itself, it can be altered by name: an
*allowed reading* is something that profile `documented` permits, a *planted fault* is what the suite must find.

Its worlds are static whatever the fixture says: pauses end at their time, steps never execute by themselves.
"""

from .alterations import AllowedReading, Fault
from .build import ALLOWED_READINGS, FAULTS, altered, serve

__all__ = ["ALLOWED_READINGS", "FAULTS", "AllowedReading", "Fault", "altered", "serve"]
