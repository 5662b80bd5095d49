"""Clients of other languages with their default settings, which offer HTTP/2 with every request."""

import json
import subprocess
from pathlib import Path

import pytest

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"  # ACTIVE in the demo world
SOURCE = Path(__file__).with_name("Offers.java")


def test_a_java_program_with_default_settings_sends_its_bodies(client, program):
    command = [program("java"), "--source", "17", SOURCE, str(client.base_url).rstrip("/"), RUN]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    answers = [line.partition(" ") for line in result.stdout.splitlines()]
    assert [status for status, _, _ in answers] == ["200"] * 4, result.stdout + result.stderr
    bodies = [json.loads(body) for _, _, body in answers]
    assert bodies[0]["variables"]["by"] == "java"
    assert [body["status"] for body in bodies] == ["ACTIVE", "WAITING_FOR_LEAD", "ACTIVE", "ACTIVE"]
    entries = client.get("/_sandbox/journal?size=100").json()["items"]
    assert [entry["method"] for entry in entries][::-1] == ["PATCH", "POST", "POST", "GET"]


@pytest.mark.parametrize("how", [["--data", "{}"], ["--data", "{}", "--header", "Transfer-Encoding: chunked"]])
def test_curl_that_offers_http_2_sends_its_body(client, program, how):
    url = f"{client.base_url}/v1/sequences/{RUN}".replace("//v1", "/v1")
    headers = ["--header", "Authorization: Bearer topo_demo_readwrite", "--header", "Content-Type: application/json"]
    how = [*how[:1], '{"variables": {"by": "curl"}}', *how[2:]]
    command = [program("curl"), "--silent", "--http2", "--request", "PATCH", *headers, *how, url, "--next"]
    command += ["--silent", "--http2", *headers[:2], url]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    decoder, answers, at = json.JSONDecoder(), [], 0
    while at < len(result.stdout):
        answer, at = decoder.raw_decode(result.stdout, at)
        answers.append(answer)
    assert [answer["variables"]["by"] for answer in answers] == ["curl", "curl"]
