"""The journal as HAR is read by a browser: what it recorded is what the browser then answers with."""

import json

import httpx


def test_a_browser_replays_the_journal(browser, sandbox, tmp_path):
    with sandbox.world(fixture="every_status") as world:
        headers = {"Authorization": f"Bearer {world.key}"}
        with httpx.Client(headers=headers, timeout=20) as client:
            listed = client.get(f"{world.url}/sequences", params={"size": 2, "sort_by": "status"})
            build_error_response = client.get(f"{world.url}/sequences/abc")
            recorded = client.get(f"{sandbox.url}/_sandbox/journal.har")
    har = tmp_path / "journal.har"
    har.write_bytes(recorded.content)
    assert len(json.loads(recorded.content)["log"]["entries"]) == 2

    context = browser.new_context()
    context.route_from_har(har, not_found="abort")
    page = context.new_page()
    try:
        for answer in (listed, build_error_response):
            replayed = page.goto(str(answer.url))
            assert replayed.status == answer.status_code
            assert replayed.json() == answer.json()
            assert replayed.header_value("x-request-id") == answer.headers["x-request-id"]
    finally:
        context.close()
