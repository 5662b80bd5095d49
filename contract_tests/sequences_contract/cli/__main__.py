"""`python -m sequences_contract.cli`."""

import sys

from . import main

sys.exit(main())
