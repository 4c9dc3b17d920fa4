"""What a key that a format states itself (a YAML key, an answer environment, a cell tag) names: a group of parts, or one of them."""

from __future__ import annotations

from dataclasses import dataclass

from grader.intake.field_labels import Fields
from grader.intake.labels import Book, Group, find_label
from grader.model import Part, Problem


@dataclass(frozen=True, slots=True)
class Target:
    """What a key names: a group, parts of it, or nothing (`unknown` is then the key)."""

    problem: Problem | None = None
    group: Group | None = None
    parts: tuple[Part, ...] = ()
    unknown: str = ""


def resolve(book: Book, path: tuple[str, ...], problem: Problem | None = None) -> Target:
    """The target of a key that the format itself states: ("minimax", "5c"), ("5c",), ("Question 5", "c"), ("1a", "RNN", "train time"),
    ("1a.rnn-time-train",)."""
    group: Group | None = None
    words: list[str] = []
    typed = "/".join(path)
    steps = [k for step in path for k in ([step] if book.problem(step) or book.part(step) else step.split("/"))]
    for at, key in enumerate(steps):
        found = book.part(key, problem) or (book.part(f"{stem(group)}.{key}", problem) if group else None)
        if found and (not group or found[1] in group.parts):
            exact = next((g for g in book.groups[found[0].id] if found[1] in g.parts), None)
            problem, group = found[0], exact
            if exact is None or len(exact.parts) > 1 and found[1].id != stem(exact):
                return Target(problem, group, (found[1],)) if at + 1 == len(steps) else Target(problem, None, (), typed)
            continue
        if group is None:
            first, _, more = key.partition(" ")
            label = find_label(key if key[-1:] in ")].:" else key + ":") or find_label(key)
            if label is None and more and (label := find_label(first + ":")):
                key, words = first, [*words, more]
            named = book.problem(key) or (book.problem(label.problem) if label and label.problem else None)
            if named and not (label and label.part):
                problem = named
                continue
            letter = label.part if label else key
            if label and label.problem:
                problem = named
            group = book.group(problem or (book.problems[0] if len(book.problems) == 1 else None), letter)
            problem = problem or (book.problems[0] if group else None)
            if group is not None:
                rest = key[label.rest:].strip(" :.") if label and label.rest < len(key) else ""
                words += [rest] if rest else []
                continue
        words.append(key)
    if problem is not None and group is None and not words:
        group = book.only_group(problem)
        return Target(problem, group, (), "" if group else typed)
    if group is None:
        return Target(problem, None, (), typed)
    return _within(problem, group, " ".join(words), typed)


def stem(group: Group) -> str:
    """The id that the parts of a group share: "1a" of 1a.rnn-time-train."""
    return group.parts[0].id.split(".")[0]


def _within(problem: Problem | None, group: Group, words: str, typed: str) -> Target:
    if not words.strip():
        return Target(problem, group)
    if group.fields:
        book = Fields(group.fields)
        chosen: dict[int, frozenset[int]] = {}
        for word in book.words(words):
            chosen[word.dimension] = chosen.get(word.dimension, frozenset()) | {word.value}
        ids = book.matching(chosen) if chosen else []
        if len(ids) == 1:
            return Target(problem, group, (book.parts[ids[0]],))
    return Target(problem, None, (), typed)
