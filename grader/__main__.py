"""`python -m grader` is `grade`."""

import os
import sys

if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]  # -m puts the current folder there: nothing that lies in it, such as a paper called yaml.py, may stand for a module

from grader.cli import main  # noqa: E402 - after the path is clean

main(prog_name="grade")
