"""Problem files: YAML to `Problem`, every mistake named with file, line, key and what was expected.

The schema is in docs/architecture.md, "A problem file". A key of a part is one of `PART_KEYS` or an option of the part's kind (a field of its
`Options`); `fields` split a part into parts `PART.FIELD`, which have every key of their part except those they name themselves; their symbols and
label paths extend those of the part, as the part's extend those of the problem. All mistakes of a file are collected, so that one reading
shows them all; a file with any mistake gives no problem.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader import answers
from grader.encoding import digest, encode
from grader.intake.files import regular_bytes
from grader.intake.part_keys import ID, Labels, PartKeys
from grader.intake.strict_yaml import MAX_BYTES, Items, Keys, Node, Text, read_yaml
from grader.intake.typed import did_you_mean, field_types
from grader.model import Part, Problem, SpecError, Symbol

PROBLEM_KEYS = ("problem", "title", "sheet", "labels", "symbols", "parts")
PART_KEYS = ("ask", "kind", "points", "answer", "accept", "wrong", "tests", "rubric", "labels", "symbols", "fields", "agrees", "self_check")
MAX_PARTS = 1000

_NUMBERED = re.compile(r"(\d+)[_-]?(.*)", re.DOTALL)
_SUBPART = re.compile(r"([A-Za-z])[_-](\d+|[ivx]+)")


def load_problem(path: str | Path) -> Problem:
    """The problem in a file. Fails with `SpecError` at the first mistake (`read_problem` gives them all)."""
    problem, errors = read_problem(path)
    if problem is None:
        raise errors[0]
    return problem


def load_problems(folder: str | Path) -> tuple[list[Problem], list[SpecError]]:
    """The problems of a folder (*.yaml and *.yml), by their first labels and then by their names, and every mistake of the files that give none.

    Of two files with the same problem id the second is a mistake. A folder that is missing, or holds no problem file, is one too.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return [], [SpecError("no such folder; expected a folder of problem files (*.yaml)", file=str(folder))]
    problems: dict[str, Problem] = {}
    errors: list[SpecError] = []
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".yaml", ".yml") and not p.name.startswith("."))
    for path in files:
        problem, found = read_problem(path)
        errors += found
        if problem is None:
            continue
        other = problems.setdefault(problem.id, problem)
        if other is not problem:
            file, line = problem.place.rsplit(":", 1)
            errors.append(SpecError(f"the id {problem.id!r} is taken by {other.place}; expected an id of its own", file=file, line=int(line), key="problem"))
    if not files:
        errors.append(SpecError("no problem files in there; expected at least one *.yaml", file=str(folder)))
    return sorted(problems.values(), key=_order), errors


def _order(problem: Problem) -> tuple[bool, list[tuple[int, str]], str]:
    """Question 2 before question 10; what has no label last."""
    label = problem.labels[0] if problem.labels else ""
    return not label, [(int(n or 0), words) for n, words in re.findall(r"(\d{1,9})|(\D+)", label)], problem.id


def read_problem(path: str | Path) -> tuple[Problem | None, list[SpecError]]:
    """The problem in a file, or None and all its mistakes in the order of their lines."""
    file = Path(path).as_posix()
    try:
        content = regular_bytes(path, MAX_BYTES)
    except OSError as error:
        return None, [SpecError(f"cannot be read ({error.strerror or error}); expected a problem file", file=file)]
    try:
        root = read_yaml(content, file)
        reader = _Reader(file)
        problem = reader.problem(root, Path(path).stem)
    except SpecError as error:
        return None, [error]
    if reader.errors:
        return None, sorted(reader.errors, key=lambda e: e.line)
    return problem, []


class _Reader(PartKeys):
    """One file, from its root to its parts."""

    count = 0

    def problem(self, root: Node, stem: str) -> Problem | None:
        """The problem; what it holds is only of use where no errors were kept."""
        entries = self.keys(root, f"a mapping with the keys {', '.join(PROBLEM_KEYS)}")
        for key, node in entries.items():
            with self.kept():
                if key not in PROBLEM_KEYS:
                    raise self.unknown_key(node, key, PROBLEM_KEYS, "a problem")
        id, title, sheet, labels, symbols, parts = stem, "", "", (), {}, ()
        with self.kept():
            id = self.identifier(entries["problem"]) if "problem" in entries else stem
            if not ID.fullmatch(id):
                raise self.fail(root, f"the file's name {id!r} is no id; expected the key 'problem' with letters, digits, '-' and '_'")
        with self.kept():
            title = self.text(entries["title"]) if "title" in entries else id
        with self.kept():
            sheet = self.text(entries["sheet"]) if "sheet" in entries else ""
        with self.kept():
            labels = self.texts(entries["labels"]) if "labels" in entries else ()
        with self.kept():
            symbols = self.symbols(entries.get("symbols"))
        with self.kept():
            if "parts" not in entries:
                raise self.fail(root, "this key is missing; expected a mapping from part ids to parts", "parts")
            parts = self.parts(entries["parts"], symbols, labels)
        if self.errors:
            return None
        meaning = _meaning([id, title, list(labels), [dataclasses.replace(p, place="") for p in parts], *([sheet] if sheet else [])])
        return Problem(id, title, parts, digest(meaning), f"{self.file}:{root.line}", labels, sheet)

    def parts(self, node: Node, symbols: Mapping[str, Symbol], labels: tuple[str, ...]) -> tuple[Part, ...]:
        """All parts, those of fields in their places."""
        entries = self.keys(node, "a mapping from part ids to parts")
        if not entries:
            raise self.fail(node, "there are no parts; expected at least one")
        made: list[Part] = []
        for key, below in entries.items():
            with self.kept():
                if not ID.fullmatch(key):
                    raise self.fail(below, "expected a part id of letters, digits, '-' and '_'")
                made += self.part(key, below, symbols, labels)
        return tuple(made)

    def part(self, id: str, node: Node, symbols: Mapping[str, Symbol], labels: tuple[str, ...]) -> Iterator[Part]:
        """The part, or the parts that its fields make."""
        entries = self.keys(node, f"a part: a mapping with the keys {', '.join(PART_KEYS)} and the options of its kind")
        symbols = {**symbols, **self.symbols(entries.get("symbols"))}
        paths = _join(_heads(id, labels), self.paths(entries["labels"])) if "labels" in entries else default_paths(id, labels)
        self.limit(node, paths)
        if "fields" not in entries:
            yield self.one(id, node, entries, symbols, paths, self.points(entries, node))
            return
        yield from self.split(id, node, entries, symbols, paths)

    def split(self, id: str, node: Node, entries: dict[str, Node], symbols: Mapping[str, Symbol], paths: Labels) -> Iterator[Part]:
        """The parts that the fields of a part make."""
        fields = self.keys(entries["fields"], "a mapping from field ids to what they change of the part")
        if not fields:
            raise self.fail(entries["fields"], "there are no fields; expected at least one, or no key 'fields'")
        shared = {k: n for k, n in entries.items() if k not in ("fields", "points", "labels", "symbols")}
        taken: set[str] = set()
        for (key, below), points in zip(fields.items(), self.shares(entries, fields)):
            with self.kept():
                if not ID.fullmatch(key):
                    raise self.fail(below, "expected a field id of letters, digits, '-' and '_'")
                own = self.keys(below, "a field: a mapping with keys of a part")
                if "fields" in own:
                    raise self.fail(own["fields"], "a field cannot have fields of its own")
                merged = {**shared, **own}
                options = self.options_of(merged.get("kind"))
                taken |= options.keys() if options is not None else shared.keys()
                merged = {k: n for k, n in merged.items() if k in own or k in PART_KEYS or options is None or k in options}
                below_paths = _join(paths, self.paths(own["labels"])) if "labels" in own else _join(paths, ((), (re.sub(r"[_-]+", " ", key),)))
                self.limit(below, below_paths)
                yield self.one(f"{id}.{key}", below, merged, {**symbols, **self.symbols(own.get("symbols"))}, below_paths, points)
        for key, below in shared.items():
            with self.kept():
                if key not in PART_KEYS and key not in taken:
                    raise self.unknown_key(below, key, [*PART_KEYS, *sorted(taken)], "a part whose fields are of these kinds")

    def options_of(self, kind: Node | None) -> dict[str, Any] | None:
        """Names and types of the options of a kind; None where the kind is missing or unknown (which is a mistake of its own)."""
        try:
            return field_types(answers.load(kind.value.strip()).Options) if isinstance(kind, Text) else None
        except Exception:  # reported where the kind is loaded for its part
            return None

    def one(self, id: str, node: Node, entries: dict[str, Node], symbols: Mapping[str, Symbol], paths: Labels, points: Fraction) -> Part:
        """One part from its keys, checked by its kind."""
        self.count += 1
        if self.count > MAX_PARTS:
            raise self.fail(node, f"more than {MAX_PARTS} parts")
        before = self.mistakes
        kind = self.kind(node, entries)
        types = field_types(kind.Options)
        for key, below in entries.items():
            with self.kept():
                if key not in PART_KEYS and key not in types:
                    known = [*PART_KEYS, *types]
                    raise self.unknown_key(below, key, known, f"a part of kind {kind.name}")
        made: dict[str, Any] = {}
        for key, read in (("ask", self.text), ("answer", self.reference), ("agrees", lambda n: self.choice(n, ("credit", "person"))),
                          ("self_check", lambda n: self.choice(n, ("verdict", "reading")))):
            with self.kept():
                if key in entries:
                    made[key] = read(entries[key])
        for key, read_one in (("accept", self.accepted), ("wrong", self.foreseen), ("tests", self.test), ("rubric", self.rubric)):
            with self.kept():
                if key in entries:
                    made[key] = self.each(entries[key], read_one, points)
        with self.kept():
            made["options"] = self.record(node, kind.Options, {k: n for k, n in entries.items() if k in types and k not in PART_KEYS})
        with self.kept():
            total = sum(line.points for line in made.get("rubric", ()))
            if total > points:
                raise self.fail(entries["rubric"], f"the lines of the rubric add up to {total}; expected at most the {points} points of the part")
        part = Part(id, kind.name, points, symbols=tuple(symbols.values()), labels=paths, place=f"{self.file}:{node.line}", **made)
        if self.mistakes == before:
            with self.kept():
                self.ask_kind(kind, part, node, entries)
        return part

    def kind(self, node: Node, entries: Mapping[str, Node]) -> answers.Kind:
        """The loaded kind of a part."""
        if "kind" not in entries:
            for key, below in entries.items():
                if key not in PART_KEYS and did_you_mean(key, PART_KEYS) == did_you_mean("kind", PART_KEYS):
                    raise self.unknown_key(below, key, PART_KEYS, "a part without kind")
            raise self.fail(node, "this key is missing; expected one of " + ", ".join(answers.names()), "kind")
        name = self.text(entries["kind"]).strip()
        try:
            return answers.load(name)
        except KeyError:
            hint = did_you_mean(name, answers.names())
            raise self.expected(entries["kind"], "a kind: one of " + ", ".join(answers.names()), hint) from None
        except Exception as error:  # kinds come from other packages too, and a broken one must not keep the other problems from being used
            raise self.fail(entries["kind"], f"the kind {name} cannot be loaded ({type(error).__name__}: {error})") from error

    def ask_kind(self, kind: answers.Kind, part: Part, node: Node, entries: Mapping[str, Node]) -> None:
        """Let the kind refuse the part; its words get the line of the key they speak of."""
        check = getattr(kind.module, "check", None)
        if check is None:
            return
        try:
            check(part)
        except SpecError as error:
            blamed = _below(entries, error.key) or node
            raise self.fail(blamed, error.message, "" if blamed is not node else error.key) from error
        except Exception as error:  # a bug of the kind must not keep the other problems from being used
            raise self.fail(node, f"the kind {kind.name} failed on this part ({type(error).__name__}: {error})") from error


# ------------------------------------------------------------------------------------------------------------- labels


def default_paths(id: str, labels: tuple[str, ...]) -> Labels:
    """Where a part stands in a paper if its file does not say: under each label of the problem, its own letter.

    >>> default_paths("5c", ()), default_paths("5c", ("5", "Question 5")), default_paths("2b-ii", ())
    ((('5', 'c'),), (('5', 'c'), ('Question 5', 'c')), (('2', 'b', 'ii'),))
    """
    numbered = _NUMBERED.fullmatch(id)
    rest = numbered[2] if numbered else id
    sub = _SUBPART.fullmatch(rest)
    return _join(_heads(id, labels), ((sub[1], sub[2]) if sub else (rest,) if rest else (),))


def _heads(id: str, labels: tuple[str, ...]) -> Labels:
    """The problem's labels, or the number that the part's id begins with."""
    numbered = _NUMBERED.fullmatch(id)
    return tuple((label,) for label in labels) or ((numbered[1],) if numbered else (),)


def _join(heads: Labels, tails: Labels) -> Labels:
    return tuple(head + tail for head, tail in itertools.product(heads, tails))


def _below(entries: Mapping[str, Node], key: str) -> Node | None:
    """The node that a key path such as "game.min" or "wrong[0].answer" names, or the nearest above it."""
    node: Node | None = None
    inside: Mapping[str, Node] = entries
    for step in re.findall(r"[^\s.\[\]]+", key.removeprefix("options.")):
        if isinstance(node, Items) and step.isdigit() and int(step) < len(node.entries):
            node = node.entries[int(step)]
        elif step in inside:
            node = inside[step]
        else:
            break
        inside = node.entries if isinstance(node, Keys) else {}
    return node


def part_digest(part: Part) -> str:
    """32 hexadecimal digits of all that decides how an answer to the part is marked: its tests, labels and places are left out."""
    return digest(_meaning(dataclasses.replace(part, place="", tests=(), labels=())))


def _meaning(value: Any) -> Any:
    """JSON values for what a problem says: places left out, mappings and symbols in order of their names, defaults left out (so that a new
    option with a default leaves old digests as they are)."""
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(v, Symbol) for v in value):
            value = sorted(value, key=lambda s: s.name)
        return [_meaning(v) for v in value]
    if isinstance(value, Mapping):
        return {"map": {str(k): _meaning(v) for k, v in sorted(value.items())}}
    if dataclasses.is_dataclass(value):
        said = {f.name: getattr(value, f.name) for f in dataclasses.fields(value) if f.name != "place"}
        return {type(value).__name__: {name: _meaning(v) for name, v in sorted(said.items())
                                       if not _is_default(type(value), name, v)}}
    return encode(value)


def _is_default(cls: type, name: str, value: Any) -> bool:
    field = next(f for f in dataclasses.fields(cls) if f.name == name)
    default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
    return type(value) is type(default) and value == default
