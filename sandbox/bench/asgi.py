"""The sandbox with the benchmark's world as an ASGI application, for servers that import what they serve."""

import logging

from contestants import SCRATCH
from sequences_sandbox.app import Settings, build

logging.basicConfig(level="WARNING")
app = build(Settings(fixture=str(SCRATCH / "world.jsonl"))).asgi
