"""Every test run has a cache and a seal of its own, so that no test depends on what was run before."""

import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="grader-tests-")
os.environ["XDG_CACHE_HOME"] = os.path.join(_folder, "cache")
os.environ["XDG_STATE_HOME"] = os.path.join(_folder, "state")


def pytest_unconfigure():
    shutil.rmtree(_folder, ignore_errors=True)
