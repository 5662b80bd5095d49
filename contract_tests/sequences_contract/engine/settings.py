"""What the suite was asked to do, as one frozen value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Profile = Literal["documented", "strict"]


@dataclass(frozen=True)
class Settings:
    """The target, its keys, and what may be done to it.

    `url` includes the base path. `keys` maps a role (key, read, write, noscope, other) to a token. `stops` is the
    greatest number of runs that may be stopped, infinity for all. `only` and `skip` are tags of the contract. `share` is
    this worker's part of the runs and how many parts there are. `settle` is how long reads may lag behind writes,
    `spec_path` the file that reports show violations at. Times are in seconds.
    """

    url: str
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    profile: Profile = "documented"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    allow_writes: bool = False
    stops: float = 0
    template: str | None = None
    fixture: Path | None = None
    control: str | None = None
    max_examples: int = 60
    seed: int = 1
    update_method: str = "PATCH"
    headers: tuple[tuple[str, str], ...] = ()
    ca_bundle: Path | None = None
    timeout: float = 10.0
    settle: float = 0.0
    rate: float = math.inf
    workers: int = 8
    share: tuple[int, int] = (0, 1)
    spec_path: Path | None = None
    quick: bool = False

    @property
    def strict(self) -> bool:
        return self.profile == "strict"

    def wants(self, tag: str | None) -> bool:
        """Whether the caller asks for a tag; None is what holds for every tag."""
        return tag is None or (tag not in self.skip and (not self.only or tag in self.only))
