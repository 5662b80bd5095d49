"""What a package runner such as uvx installs to get a sandbox."""

from typing import Final

PACKAGE: Final = ""
