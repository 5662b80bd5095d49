"""The proxy passes everything on as it comes, and judges, records and ends as the page says."""

import asyncio
import contextlib
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import httpx
import pytest
from sequences_contract.cli import main, traffic_runs
from sequences_contract.http.connection import open_async_client
from sequences_contract.traffic import proxy
from sequences_contract.traffic.judge import Judge
from sequences_contract.traffic.proxy import TIMEOUT, Proxy
from sequences_contract.traffic.recording import Recording
from sequences_contract.traffic.redaction import Redactor
from sequences_contract.traffic.serving import server_of
from sequences_contract.traffic.watching import Watch

from ..conftest import KEY

GZIP = (
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-Two: a\r\nX-Two: b\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
    b"Content-Length: 3\r\n\r\nabc"
)
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\nabc"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextlib.contextmanager
def raw_server(response):
    """A server that gives these bytes to each request; yields its URL, what it received, and an event: a client is gone."""
    heads, gone = [], threading.Event()

    async def converse(reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(response)
        await writer.drain()
        if response is CHUNKS:
            await reader.read()  # until the proxy closes the connection
            gone.set()
        writer.close()

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(converse, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads, gone
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        server.close()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@contextlib.contextmanager
def proxied(to):
    """A proxy to a server; yields its URL, and what passed."""
    passed, listener = [], socket.create_server(("127.0.0.1", 0))
    server = server_of(Proxy(to, open_async_client(to, ca_bundle=None, timeout=TIMEOUT), passed.append))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", passed
    finally:
        server.should_exit = True
        thread.join(30)


def test_headers_and_bytes_pass_as_they_come():
    with raw_server(GZIP) as (to, heads, _), proxied(to) as (url, passed):
        request = httpx.Request(
            "POST",
            f"{url}/v1/a%2Fb?x=%C3%A4&x=+",
            headers=[("Host", "h"), ("X-Odd", "1"), ("X-Odd", "2")],
            content=b"body",
        )
        with httpx.Client() as client:
            response = client.send(request, stream=True)
            assert b"".join(response.iter_raw()) == b"abc"
        until(lambda: passed)
    assert heads[0].startswith(b"POST /v1/a%2Fb?x=%C3%A4&x=+ HTTP/1.1\r\n")
    assert [line.lower() for line in heads[0].split(b"\r\n") if b"odd" in line.lower()] == [b"x-odd: 1", b"x-odd: 2"]
    assert b"python-httpx" not in heads[0]
    assert (response.headers.get_list("x-two"), "x-hop" in response.headers) == (["a", "b"], False)
    assert (bytes(passed[0].body), bytes(passed[0].response_body), passed[0].whole) == (b"body", b"abc", True)


def test_a_response_that_breaks_off_breaks_off_for_the_client_too():
    with raw_server(CUT) as (to, _, _), proxied(to) as (url, passed):
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{url}/v1/sequences")
        until(lambda: passed)
    assert (passed[0].status, bytes(passed[0].response_body), passed[0].whole) == (200, b"abc", False)
    assert "broke off" in passed[0].problem


def test_a_stream_passes_piece_by_piece_and_ends_when_its_client_leaves():
    with raw_server(CHUNKS) as (to, _, gone), proxied(to) as (url, passed):
        with httpx.stream("GET", f"{url}/_sandbox/events") as response:
            assert next(response.iter_raw()) == b"abc"
        assert gone.wait(30)
        until(lambda: passed)
    assert not passed[0].whole


def test_a_large_body_passes_and_is_not_kept_beyond_its_bound(monkeypatch):
    monkeypatch.setattr(proxy, "KEPT_BODY", 2)
    with raw_server(GZIP) as (to, _, _), proxied(to) as (url, passed):
        with httpx.stream("POST", url, content=b"x" * 100_000) as response:
            assert b"".join(response.iter_raw()) == b"abc"
        until(lambda: passed)
    assert (len(passed[0].body), len(passed[0].response_body), passed[0].whole) == (3, 3, False)


def test_a_server_that_is_not_there_is_a_502_that_says_so():
    with proxied("http://127.0.0.1:1") as (url, passed):
        response = httpx.get(f"{url}/v1/sequences")
        until(lambda: passed)
    assert (response.status_code, "127.0.0.1:1 gave no response" in response.text) == (502, True)
    assert passed[0].status == 0


def test_a_proxy_on_the_way_to_the_server_is_named_where_no_response_comes(monkeypatch):
    for name in ("http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://me:sesame@127.0.0.1:1")
    with proxied("http://target.invalid") as (url, _):
        text = httpx.get(f"{url}/v1/sequences", trust_env=False).text
    assert "target.invalid gave no response through the proxy http://127.0.0.1:1 that HTTP_PROXY names: " in text
    assert "sesame" not in text


def test_what_cannot_be_judged_passes_all_the_same_and_the_verdict_says_so(tmp_path):
    redactor = Redactor()
    judge = Judge(redactor, urls=["http://h.example/v1"])
    watch = Watch(judge, redactor, tmp_path / "record.har")
    watch.close()  # as if the disk were full
    watch.observe(proxy.Passed("GET", "http://h.example/v1/sequences", [], datetime.now(UTC), status=200))
    outcome = judge.outcome(watch.failure)
    assert (outcome.exit, "the suite failed on exchange 1" in outcome.failure) == (2, True)


def test_the_command_judges_both_sides_records_without_keys_and_ends_with_the_verdict(faulty, tmp_path):
    record, report = tmp_path / "record.har", tmp_path / "report.json"
    command = [
        sys.executable,
        "-m",
        "sequences_contract.cli",
        "proxy",
        "--to",
        faulty,
        "--listen",
        ":0",
        "--record",
        record,
        "--report-json",
        report,
    ]
    environment = {name: value for name, value in os.environ.items() if name != "GITHUB_ACTIONS"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        overdue = threading.Timer(120, process.kill)  # which ends what is read
        overdue.start()
        try:
            url = re.match(r"(\S+) stands for", process.stderr.readline())[1]
            with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}) as client:
                assert client.head("/sequences").status_code == 200
                found = client.get("/sequences", params={"sort_order": "desc", "status": "ACTIVE"}).json()["items"]
                assert client.get("/sequences", params={"state": "ACTIVE"}).status_code == 400
                stopped = found[0]["id"]
                for _ in (1, 2):
                    client.post(f"/sequences/{stopped}/stop", json={"reason": "WIN", "scope": "CONTACT"})
            live = [process.stderr.readline() for _ in range(3)]
            process.send_signal(signal.SIGTERM)
            out, rest = process.communicate(timeout=60)
        finally:
            overdue.cancel()
            process.kill()
    assert (process.returncode, rest) == (1, "")
    rules = ["list.listSequences.sort.created_at", "client.parameters", "client.after_end"]
    assert [line.split(":")[0] for line in live] == [f"violated  {rule}" for rule in rules]
    assert "the traffic breaks the contract (exit 1)" in out
    violated = {rule["id"] for rule in json.loads(report.read_text("utf-8"))["rules"] if rule["verdict"] == "violated"}
    assert violated == set(rules)
    assert KEY not in out + "".join(live) + record.read_text("utf-8") + report.read_text("utf-8")
    assert record.stat().st_mode & 0o077 == 0
    assert main(["judge", str(record), "--client", "--report-json", str(report)]) == 1
    assert violated == {
        rule["id"] for rule in json.loads(report.read_text("utf-8"))["rules"] if rule["verdict"] == "violated"
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "nowhere"], "is no URL"),
        (["--to", "http://127.0.0.1:1/v1", "--listen", "4011x"], "give one like 127.0.0.1:4011"),
        (["--to", "http://127.0.0.1:1/v1", "--listen", "192.0.2.1:4011"], "--listen 192.0.2.1:4011"),
        (["--to", "http://127.0.0.1:1/v1", "--listen", ":0", "--record", "absent/a.har"], "--record absent/a.har"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(capsys, options, words):
    assert main(["proxy", *options]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize("more", [["--listen", "192.0.2.1:4011"], ["--listen", ":0", "--ca-bundle", __file__]])
def test_an_earlier_recording_is_kept_where_the_proxy_cannot_start(capsys, tmp_path, more):
    record = tmp_path / "record.har"
    record.write_text("an earlier one", encoding="utf-8")
    assert main(["proxy", "--to", "https://127.0.0.1:1/v1", "--record", str(record), *more]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert record.read_text("utf-8") == "an earlier one"


def test_a_request_for_no_path_and_one_that_cannot_be_sent_get_a_response():
    asked, passed, sent = [], [], []

    def respond(request):
        asked.append(request.extensions["target"])
        return httpx.Response(204, stream=httpx.ByteStream(b""))

    async def ask(target):
        messages = asyncio.Queue()
        messages.put_nowait({"type": "http.request"})

        async def send(message):
            sent.append(message)

        async with httpx.AsyncClient(transport=httpx.MockTransport(respond)) as client:
            scope = {"type": "http", "method": "OPTIONS", "raw_path": target, "query_string": b"", "headers": []}
            await Proxy("http://h.example/v1", client, passed.append)(scope, messages.get, send)

    for target in (b"*", b"/" + b"x" * 70_000):
        asyncio.run(ask(target))
    assert (asked, passed[0].url) == ([b"*"], "http://h.example/*")
    assert [one["status"] for one in sent if "status" in one] == [204, 502]
    assert passed[1].problem.startswith("http://h.example cannot be asked: ")


def test_a_disk_that_is_full_at_the_end_does_not_cost_the_report(tmp_path, monkeypatch):
    def fail(recording):
        close(recording)
        raise OSError(errno.ENOSPC, "No space left on device")

    redactor = Redactor()
    judge = Judge(redactor, urls=["http://h.example/v1"])
    watch = Watch(judge, redactor, tmp_path / "record.har")
    close = Recording.close
    monkeypatch.setattr(Recording, "close", fail)
    assert watch.close() is None
    outcome = judge.outcome(watch.failure)
    assert (outcome.exit, "not written to its end: No space left on device" in outcome.failure) == (2, True)


def test_an_address_of_ipv6_is_shown_in_brackets(capsys, monkeypatch):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    monkeypatch.setattr(traffic_runs, "serve", lambda _, listener: listener.close())
    assert main(["proxy", "--to", "http://127.0.0.1:1/v1", "--listen", "[::1]:0"]) == 2
    assert re.match(r"http://\[::1]:\d+/v1 stands for", capsys.readouterr().err)
