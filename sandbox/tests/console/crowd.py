"""A world that holds many: 10,000 runs, and a journal of 10,000 requests."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

from sequences_sandbox_client import World

MANY = 10_000
CONTACTS = 300
STATUSES = ("ACTIVE", "FOUND", "SUCCEEDED", "FAILED", "WAITING_FOR_USER")


def crowd_file(folder: Path) -> Path:
    """Writes the fixture file of such a world."""
    contacts = [{"first_name": "Person", "last_name": str(number)} for number in range(CONTACTS)]
    runs = [
        {
            "status": STATUSES[number % len(STATUSES)],
            "created_at": f"-PT{number + 3600}S",
            "contact": f"Person {number % CONTACTS}",
        }
        for number in range(MANY)
    ]
    file = folder / "crowd.json"
    file.write_text(json.dumps({"organizations": [{"name": "Crowd", "contacts": contacts, "sequences": runs}]}))
    return file


def send_many(world: World, at_once: int = 100) -> None:
    """Sends requests as fast as the sandbox takes them: many at once, without waiting for each response."""
    address = urlsplit(world.url)
    head = f"GET {address.path}/me HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {world.key}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        for _ in range(MANY // at_once):
            connection.sendall(head.encode() * at_once)
            received = b""
            while received.count(b"HTTP/1.1 200 ") < at_once:
                part = connection.recv(1 << 16)
                assert part, "the sandbox closed the connection"
                received += part
