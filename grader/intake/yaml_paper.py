"""YAML papers: keys are labels, and every value is the text that was typed.

    learner: s002
    minimax:            # a problem, then its parts; or flat keys such as 5c or "Question 5 (c)"
      5c: p = q = 0
      5a.table: |
        q: 1, 2, 1
"""

from __future__ import annotations

import re
import textwrap

from grader.intake.labels import Book
from grader.intake.paper import Paper, PaperError, Piece
from grader.intake.targets import resolve
from grader.intake.strict_yaml import Items, Keys, Node, Text, read_yaml
from grader.model import Note, SpecError

_LEARNER_KEYS = ("learner", "student", "student_id", "student id", "name", "author", "id")
_WRAPPERS = ("answers", "answer", "parts", "responses", "questions", "solutions", "submission", "items")
"""Keys above the answers that name no part."""
_QUOTED = re.compile(r"^(?P<head>[^\n\"']*?(?::|-)[ \t]+|[ \t]*-[ \t]+)\"(?P<body>(?:[^\"\\\n]|\\.)*)\"(?P<tail>[ \t]*(?:#.*)?)$", re.MULTILINE)
_BLANKS = frozenset(("", "~", "null", "Null", "NULL"))


def read_yaml_paper(text: str, book: Book, file: str = "") -> Paper:
    """The paper in a YAML text. Fails with `PaperError` (line and what was expected) on everything that is no plain YAML."""
    mended, count = _unescaped(text)
    try:
        root = read_yaml(mended.encode("utf-8"), file)
    except SpecError as error:
        raise PaperError(error.message if not error.key else f"{error.key}: {error.message}", error.line) from None
    if not isinstance(root, Keys):
        raise PaperError("expected a mapping from parts to answers", root.line)
    reader = _Reader(text.split("\n"), book)
    learner, problems = "", ()
    for key, node in root.entries.items():
        if key.lower() in _LEARNER_KEYS and isinstance(node, Text):
            learner = learner or node.value.strip()
    named = [n for k, n in root.entries.items() if k.lower() in ("problem", "problems")]
    for node in named:
        entries = node.entries if isinstance(node, Items) else (node,)
        problems += tuple(e.value for e in entries if isinstance(e, Text))
    rest = {k: n for k, n in root.entries.items() if k.lower() not in (*_LEARNER_KEYS, "problem", "problems")}
    prefix = (problems[0],) if len(problems) == 1 and book.problem(problems[0]) else ()
    reader.mapping(Keys(rest, root.line, ""), prefix, len(reader.lines) + 1)
    said = f"{count} answers in double quotes hold LaTeX commands; their backslashes are taken as typed"
    notes = (Note(said, code="yaml.quotes"),) if count else ()
    return Paper(learner, tuple(reader.pieces), "yaml", file, notes=notes, problems=problems)


def _unescaped(text: str) -> tuple[str, int]:
    """Double-quoted texts on one line whose single backslashes can only be LaTeX, put into single quotes as typed; and how many there were."""
    count = 0

    def mend(found: re.Match[str]) -> str:
        nonlocal count
        body = found["body"]
        singles = re.findall(r"(?<!\\)(?:\\\\)*\\([A-Za-z]\w*|[^\\\"\w\s])", body)
        if not any(s for s in singles if not _is_newline(s)):
            return found[0]
        count += 1
        typed = body.replace('\\"', '"').replace("'", "''")
        return f"{found['head']}'{typed}'{found['tail']}"

    return _QUOTED.sub(mend, text), count


def _is_newline(word: str) -> bool:
    """Is `\\n...` a line break before a word, and no LaTeX command?"""
    return word[0] == "n" and not re.match(r"n(?:u|eq?|abla|ot|i|mid|otin|leq|geq|orm|ewline|parallel|exists|sim|cong)(?![a-z])", word)


class _Reader:
    """Turns mappings into keyed pieces; a value that is no text is taken as it was typed."""

    def __init__(self, lines: list[str], book: Book) -> None:
        self.lines, self.book, self.pieces = lines, book, []

    def mapping(self, node: Keys, path: tuple[str, ...], end: int) -> None:
        entries = list(node.entries.items())
        for k, (key, below) in enumerate(entries):
            stop = entries[k + 1][1].line if k + 1 < len(entries) else end
            if key.lower() in _WRAPPERS and isinstance(below, (Keys, Items)):
                self.below(below, path, stop)
            else:
                self.value((*path, key), below, stop)

    def below(self, node: Node, path: tuple[str, ...], end: int) -> None:
        if isinstance(node, Keys):
            self.mapping(node, path, end)
        elif isinstance(node, Items):
            for k, entry in enumerate(node.entries):
                stop = node.entries[k + 1].line if k + 1 < len(node.entries) else end
                fields = {n.lower(): v for n, v in entry.entries.items()} if isinstance(entry, Keys) else {}
                name = next((fields[n] for n in ("part", "question", "id", "key") if isinstance(fields.get(n), Text)), None)
                value = next((fields[n] for n in ("answer", "text", "value") if n in fields), None)
                if isinstance(name, Text) and value is not None:
                    self.value((*path, name.value), value, stop)
                elif isinstance(entry, Keys):
                    self.mapping(entry, path, stop)
                else:
                    self.add(path or ("",), entry.value if isinstance(entry, Text) else self.source(entry.line, stop), entry.line)

    def value(self, path: tuple[str, ...], node: Node, end: int) -> None:
        if isinstance(node, Text):
            text = "" if node.value.strip() in _BLANKS else node.value
            self.add(path, text, node.line)
        elif isinstance(node, Keys) and (self.unknown(path) or self.leads_on(path, node)):
            self.mapping(node, path, end)
        elif isinstance(node, Items) and self.unknown(path) and node.entries and all(isinstance(e, Keys) for e in node.entries):
            self.below(node, path, end)
        elif isinstance(node, Items) and node.entries and all(isinstance(e, Text) for e in node.entries) and self.over_lines(node):
            self.add(path, "\n".join(e.value for e in node.entries if isinstance(e, Text)), node.line)
        else:
            self.add(path, self.source(node.line, end), node.line)

    def over_lines(self, node: Items) -> bool:
        """Is the list written with a dash and a line for each entry?"""
        return 0 < node.line <= len(self.lines) and re.search(r":\s*(?:#.*)?$", self.lines[node.line - 1]) is not None \
            and re.match(r"\s*-\s", next((row for row in self.lines[node.line:] if row.strip()), "")) is not None

    def leads_on(self, path: tuple[str, ...], node: Keys) -> bool:
        """Does some key below name a part?"""
        return any(not self.unknown((*path, key)) or isinstance(below, Keys) and self.leads_on((*path, key), below)
                   for key, below in node.entries.items())

    def unknown(self, path: tuple[str, ...]) -> bool:
        target = resolve(self.book, path)
        return bool(target.unknown) or target.group is None

    def add(self, path: tuple[str, ...], text: str, line: int) -> None:
        block = "\n" in text or self.lines[line - 1].rstrip().endswith(("|", ">", "|-", ">-", "|+", ">+")) if 0 < line <= len(self.lines) else False
        self.pieces += [Piece("key", "", line, key=path), Piece("block", text.rstrip("\n"), line + 1 if block else line)]

    def source(self, line: int, end: int) -> str:
        """The value as typed: what stands after the key, or the indented lines below it."""
        rows = self.lines[line - 1:max(line, end - 1)]
        head = re.sub(r"^\s*(?:-\s+)?(?:\"[^\"]*\"|'[^']*'|[^:]*?):(?:\s+|$)", "", rows[0], count=1) if rows else ""
        body = textwrap.dedent("\n".join(rows[1:])).rstrip()
        return "\n".join(part for part in (head.strip(), body) if part)
