"""`python -m sequences_sandbox` does what the command `sequences-sandbox` does."""

import sys

from .cli import main

sys.exit(main())
