"""`python -m grader` is `grade`."""

import os
import sys

# -m puts the current folder first: nothing that lies in it, such as a paper called yaml.py, may stand for a module. (A folder "grader" there has been
# taken for this package already: `grade`, or `python -P -m grader`, looks for nothing in the current folder.)
sys.path[:] = [p for p in sys.path if p not in ("", os.getcwd())]

from grader.cli import main  # noqa: E402 - after the path is clean

main(prog_name="grade")
