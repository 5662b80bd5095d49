"""Lines of probes that several groups use; the language is that of `probes`."""

SET = 'PATCH {active} {"variables": {"a": "b"}}'
OTHER = 'PATCH {active} {"variables": {"z": "y"}}'
REMOVE = 'PATCH {active} {"variables": {"city": null}}'
RESUME = "POST {active}/resume"
LOOK = "GET {active}"
ALL = "GET /sequences?size=100"


def pause(until: str, name: str = "active") -> str:
    return f'POST {{{name}}}/pause {{"paused_until": "{until}"}}'


def stop(reason: str, scope: str, name: str = "active") -> str:
    return f'POST {{{name}}}/stop {{"reason": "{reason}", "scope": "{scope}"}}'


UNTIL_TEN = pause("2026-03-02T10:00:00Z")
UNTIL_NOON = pause("2026-03-02T12:00:00Z")
STOP = stop("WIN", "CONTACT")
COMPANY = stop("WIN", "COMPANY")
EVENTS = {"pause": pause("2100-01-01T00:00:00Z"), "resume": RESUME, "stop": STOP}


def request(event: str, name: str) -> str:
    """The client's event, aimed at a run by its name."""
    return EVENTS[event].replace("{active}", f"{{{name}}}")
