"""The health check of the container."""

import socket

import httpx
import pytest
from sequences_sandbox.server.health import is_healthy, port_of

STARTED = ["python", "sequences-sandbox", "serve", "--host", "::"]


@pytest.mark.parametrize(
    ("arguments", "environment", "port"),
    [
        ([], {}, 4010),
        (["--port", "4210"], {}, 4210),
        (["--port=4210", ""], {}, 4210),
        ([], {"SEQUENCES_SANDBOX_PORT": "4310"}, 4310),
        (["--port", "4210"], {"SEQUENCES_SANDBOX_PORT": "4310"}, 4210),
        ([], {"SEQUENCES_SANDBOX_PORT": "tcp://10.3.4.5:4010"}, 4010),
    ],
)
def test_it_asks_on_the_port_that_the_sandbox_was_given(arguments, environment, port):
    assert port_of([*STARTED, *arguments], environment) == port


def test_it_tells_a_sandbox_that_answers_from_none_whatever_proxy_is_set(url, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert is_healthy(httpx.URL(url).port)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert not is_healthy(unused.getsockname()[1])
