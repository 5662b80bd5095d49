"""Faults as clients see them on the wire: httpx, curl, and a bare socket, with other requests flowing beside."""

import json
import socket
import struct
import subprocess
import threading
import time

import httpx
import pytest

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
KEY = "topo_demo_readwrite"
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}


def faulty(client, fault, method="GET", path=f"/v1/sequences/{RUN}", **how):
    return client.request(method, path, headers={"X-Sandbox-Fault": fault}, **how)


def kept(client):
    return client.get("/_sandbox/journal?bodies=true").json()["items"]


def test_a_connection_closed_before_the_answer_is_reset_and_nothing_was_carried_out(client):
    with pytest.raises(httpx.ReadError, match="reset by peer"):
        faulty(client, "close=before", "POST", f"/v1/sequences/{RUN}/stop", json={"reason": "WIN", "scope": "CONTACT"})
    assert client.get(f"/v1/sequences/{RUN}").json()["status"] == "ACTIVE"
    broken = kept(client)[1]
    assert (broken["status"], broken["fault"], broken["response"]["body"]) == (0, "close=before", None)
    assert json.loads(broken["request"]["body"]) == {"reason": "WIN", "scope": "CONTACT"}


def test_a_connection_closed_midway_leaves_half_a_body_and_the_request_was_carried_out(client):
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|complete message body"):
        faulty(client, "close=midway", "POST", f"/v1/sequences/{RUN}/stop", json={"reason": "WIN", "scope": "CONTACT"})
    assert client.get(f"/v1/sequences/{RUN}").json()["status"] == "STOPPED_EARLY"
    broken = kept(client)[1]
    assert (broken["status"], broken["fault"]) == (200, "close=midway")


def test_an_error_can_break_off_midway_too(client):
    with pytest.raises(httpx.RemoteProtocolError):
        faulty(client, "status=503, close=midway")


@pytest.mark.parametrize(("fault", "code"), [("close=before", 56), ("close=midway", 18)])
def test_curl_tells_a_reset_from_an_incomplete_body(url, program, fault, code):
    line = [
        program("curl"),
        "--silent",
        "--max-time",
        "20",
        "-H",
        f"Authorization: Bearer {KEY}",
        "-H",
        f"X-Sandbox-Fault: {fault}",
    ]
    done = subprocess.run([*line, f"{url}/v1/sequences/{RUN}"], capture_output=True, timeout=30, check=False)
    assert done.returncode == code
    assert (done.stdout == b"") is (fault == "close=before")


def test_a_head_request_cannot_break_midway_so_its_connection_is_reset(client):
    with pytest.raises(httpx.ReadError):
        faulty(client, "close=midway", "HEAD")


def test_a_broken_connection_leaves_no_trace_in_the_log(running):
    sandbox = running()
    with httpx.Client(base_url=sandbox.base, headers=AUTHORIZED) as client:
        for fault in ("close=before", "close=midway"):
            with pytest.raises(httpx.HTTPError):
                faulty(client, fault, path=f"/sequences/{RUN}")
    _, errors = sandbox.stop()
    assert "Traceback" not in errors
    assert "ASGI" not in errors


def test_a_truncated_body_is_a_whole_answer_of_half_a_json(client):
    response = faulty(client, "body=truncated")
    assert response.headers["content-length"] == str(len(response.content))
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_body_comes_in_drops_and_is_whole_at_the_end(client):
    whole = client.get(f"/v1/sequences/{RUN}").content
    with client.stream("GET", f"/v1/sequences/{RUN}", headers={"X-Sandbox-Fault": "drip=0.3"}) as response:
        drops = [*response.iter_raw()]
    assert b"".join(drops) == whole
    assert len(drops) > 5


def test_a_dripping_empty_answer_ends(client):
    assert faulty(client, "drip=0.05, body=empty").content == b""


def test_a_client_that_gives_up_finds_its_request_in_the_journal_and_carried_out(client):
    with pytest.raises(httpx.ReadTimeout):
        faulty(
            client, "latency=60000", "POST", f"/v1/sequences/{RUN}/stop",
            json={"reason": "WIN", "scope": "CONTACT"}, timeout=0.3,
        )  # fmt: skip
    assert client.get(f"/v1/sequences/{RUN}").json()["status"] == "STOPPED_EARLY"
    assert kept(client)[1]["fault"] == "latency=60000"


def test_other_requests_flow_while_many_answers_are_slow_or_dripping(client):
    """Sixty answers that would each take ten seconds are under way while a hundred others come and go."""

    def linger(fault):
        with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=20) as connection:
            head = f"GET /v1/sequences HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
            connection.sendall(f"{head}X-Sandbox-Fault: {fault}\r\n\r\n".encode())
            waiting.release()
            done.wait(20)

    waiting, done = threading.Semaphore(0), threading.Event()
    faults = ["latency=10000", "drip=10", "latency=5000, drip=5"] * 20
    threads = [threading.Thread(target=linger, args=(fault,), daemon=True) for fault in faults]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waiting.acquire(timeout=20)
    began = time.monotonic()
    for _ in range(100):
        assert client.get(f"/v1/sequences/{RUN}").status_code == 200
    took = time.monotonic() - began
    done.set()
    for thread in threads:
        thread.join(20)
    # Not a measure of speed: ten seconds is what even one of the sixty would have cost had it held anything up.
    assert took < 10


def test_a_keep_alive_connection_goes_on_after_a_slow_and_a_disfigured_answer(client):
    with socket.create_connection(("127.0.0.1", client.base_url.port), timeout=20) as connection:
        request = f"GET /v1/sequences?size=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        for fault in ("latency=20", "body=empty", "drip=0.02", "status=500", "body=html"):
            connection.sendall(f"{request}X-Sandbox-Fault: {fault}\r\n\r\n".encode())
            head, _, body = _answer(connection)
            assert f"x-sandbox-fault: {fault}".encode() in head.lower()
            assert b"connection: close" not in head.lower()
            assert (body == b"") is (fault == "body=empty")


def _answer(connection):
    """Head, separator and body of one answer with a content length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, separator, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return head, separator, body


def test_a_client_that_resets_in_the_middle_of_a_slow_answer_disturbs_nobody(client):
    for fault in ("latency=5000", "drip=5"):
        connection = socket.create_connection(("127.0.0.1", client.base_url.port), timeout=20)
        head = f"GET /v1/sequences HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        connection.sendall(f"{head}X-Sandbox-Fault: {fault}\r\n\r\n".encode())
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    assert client.get("/v1/sequences").status_code == 200


def test_serve_limits_every_key_and_forbids_the_header_as_it_is_told(running):
    sandbox = running("--rate-limit", "2/min", "--no-fault-header")
    with httpx.Client(base_url=sandbox.base, headers={**AUTHORIZED, "X-Sandbox-Fault": "status=503"}) as client:
        answers = [client.get("/sequences") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "30"
