"""The fixtures of the reader: Markdown files whose indented blocks hold a text, the tree it is read as, other readings, notes, or why it is unread.

    2x
    => 2*x

    1/2x
    => 1/2*x
    or 1/(2*x)
    note fraction_reach

Lines `key: value` under a heading set the vocabulary for the section: `symbols: n = integer > 0; k = vector`, `closed: yes`, `sequences: p q`,
`orders: yes`, `log_base: 2`, `decimal_comma: yes`, `degrees: yes`, `expect: set`, `preamble: \\newcommand...`.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.domain import Domain
from grader.model import Symbol
from grader.reading import Vocabulary, read_macros

FOLDER = Path(__file__).parent / "reading"


@dataclass
class Row:
    """One text with what is expected of it."""

    place: str
    text: str
    setup: dict[str, str]
    reads: str | None = None
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: str | None = None


def rows(pattern: str = "formulas_*.md") -> list[Row]:
    """Every row of the files that match."""
    found: list[Row] = []
    for path in sorted(FOLDER.glob(pattern)):
        setup: dict[str, str] = {}
        row: Row | None = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("## "):
                setup, row = {}, None
            elif line.startswith("    "):
                row = _extend(found, row, line[4:], f"{path.name}:{number}", setup)
            elif not line.strip():
                row = None
            elif ":" in line and not line.startswith("#"):
                key, _, value = line.partition(":")
                setup = {**setup, key.strip(): value.strip()}
    return found


def _extend(found: list[Row], row: Row | None, line: str, place: str, setup: dict[str, str]) -> Row:
    if row is None:
        found.append(Row(place, line.replace("\\u200b", "\u200b").replace("\\u202e", "\u202e"), setup))
        return found[-1]
    head, _, rest = line.partition(" ")
    if head == "=>":
        row.reads = rest
    elif head == "or":
        row.others.append(rest)
    elif head == "note":
        row.notes += rest.split()
    elif head == "unread":
        row.unread = rest
    else:
        raise ValueError(f"{place}: {line!r}")
    return row


def vocabulary_of(setup: dict[str, str]) -> tuple[Vocabulary, str, dict[str, tuple[int, str]]]:
    """The vocabulary, the expectation and the macros that a section's settings describe."""
    symbols = []
    for entry in filter(None, (part.strip() for part in setup.get("symbols", "").split(";"))):
        name, _, words = entry.partition("=")
        domain, _, spellings = words.partition("spelled")
        symbols.append(Symbol(name.strip(), Domain.parse(domain.strip() or "complex"), (), tuple(spellings.split())))
    vocabulary = Vocabulary(tuple(symbols), closed="closed" in setup, sequences=frozenset(setup.get("sequences", "").split()), orders="orders" in setup,
                            decimal_comma="decimal_comma" in setup, degrees="degrees" in setup)
    if "log_base" in setup:
        vocabulary = replace(vocabulary, log_base=int(setup["log_base"]))
    return vocabulary, setup.get("expect", "any"), read_macros(setup.get("preamble", ""))
