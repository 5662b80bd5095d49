"""The planted faults, one file a group. Each is a class that overrides a few lines of the correct server."""

import importlib
import pkgutil

from ..reference_server.alterations import Fault

_FILES = [importlib.import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__)]

ALL: tuple[Fault, ...] = tuple(fault for file in _FILES if hasattr(file, "planted") for fault in file.planted.faults)
