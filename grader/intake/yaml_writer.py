"""A YAML paper from answers at hand, such that `yaml_paper` reads each of them as it was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping

HEAD = "# Answers for `grade`: hand this file in as it is, or edit it.\n"
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 (5.1) keeps out of a stream; a byte order mark inside a text is dropped too."""


def yaml_paper(learner: str, answers: Mapping[str, Mapping[str, str]]) -> str:
    """The paper: problems by id, parts by id, every text as a block whose lines stand as they were typed. Blank answers are left out.

    Line separators of any sort become line feeds, empty lines at the end go, and characters that YAML cannot hold become U+FFFD: nothing else changes.
    """
    name = " ".join(_UNPRINTABLE.sub("\ufffd", _BREAKS.sub(" ", learner)).split())[:80]
    made = [HEAD]
    if name:
        made.append("learner: '" + name.replace("'", "''") + "'\n")
    for problem, parts in answers.items():
        written = [(part, as_kept(text)) for part, text in parts.items()]
        if any(text.strip() for _, text in written):
            made.append(f"{problem}:\n")
            made += [f"  {part}: |2-\n" + "".join(f"    {line}\n" if line else "\n" for line in text.split("\n")) for part, text in written if text.strip()]
    return "".join(made)


def as_kept(text: str) -> str:
    """The text as the paper will hold it."""
    return _UNPRINTABLE.sub("\ufffd", _BREAKS.sub("\n", text)).rstrip("\n")
