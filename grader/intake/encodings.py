"""Text that is not UTF-8 but from an older program for Western European languages: Windows-1252, which holds Latin-1.

ASCII is the same in all of these encodings, so that only the other characters rest on a guess.
"""

from __future__ import annotations

GUESSED = "file.encoding.guessed"
"""Code of the note of a paper, and of an answer in it with characters beyond ASCII, whose encoding had to be guessed."""
_SIGNS = frozenset("¡¿«»‹›“”‘’‚„–—…•·°§€£©®™²³¹±×÷µ¼½¾¬¦¨´ªº\u00a0\u00ad")
SHARE = 10
"""At most one character in so many may lie beyond ASCII: in other encodings whole words do."""
RUN = 2
"""At most so many of them stand side by side."""


def western(content: bytes) -> str | None:
    """The text that the bytes are in Windows-1252, or None where they do not look like it: letters and signs of Western languages, few, and apart
    from each other."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    beyond = [c for c in text if not c.isascii()]
    run = longest = 0
    for c in text:
        run = 0 if c.isascii() else run + 1
        longest = max(longest, run)
    known = all(c in _SIGNS or c.isalpha() and c < "\u0180" for c in beyond)
    return text if known and SHARE * len(beyond) <= len(text) + SHARE and longest <= RUN else None
