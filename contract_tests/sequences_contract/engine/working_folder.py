"""What Hypothesis keeps from run to run, kept out of the caller's folder."""

import contextlib
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def no_folder_left() -> Iterator[None]:
    """Lets Hypothesis write to a folder that is gone afterwards, and not to `.hypothesis` beside the caller's files."""
    from hypothesis.configuration import set_hypothesis_home_dir  # noqa: PLC0415  # belongs to the extra

    with tempfile.TemporaryDirectory(prefix="sequences-contract-", ignore_cleanup_errors=True) as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)
