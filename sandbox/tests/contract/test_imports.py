"""What a start imports: only what serving needs, since every module more is time before the first answer."""

import subprocess
import sys

NOT_NEEDED = {
    "_pytest", "hypothesis", "importlinter", "openapi_spec_validator", "opentelemetry", "playwright",
    "prometheus_client", "psycopg", "pytest", "schemathesis", "sequences_contract", "sqlite3", "websockets",
}  # fmt: skip

BUILT = """
import sys
from sequences_sandbox.app import build
from sequences_sandbox.settings import Settings
from sequences_sandbox.cli.main import main
from sequences_sandbox.server.server import serve
build(Settings(fixture="demo"))
print(" ".join({name.partition(".")[0] for name in sys.modules}))
"""


def test_serving_from_memory_imports_neither_the_suite_nor_a_database_nor_a_test_tool():
    ran = subprocess.run([sys.executable, "-c", BUILT], capture_output=True, text=True, check=True, timeout=60)
    assert "connexion" in ran.stdout.split()
    assert NOT_NEEDED.isdisjoint(ran.stdout.split())
