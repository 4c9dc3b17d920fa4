"""Parts that a paper numbers in its own way: (i), (ii), (iii), or 1., 2., 3. under "Question 17", where the questions have letters.

Under a problem's heading the k-th number stands for the k-th part where nothing else names a part of that problem, no part has such a label of its own, and
the numbers rise and stay within the number of parts. That is beyond doubt where there are three or more, for half of the parts at least, or where they leave
parts out (no list of thoughts skips a number), or where the same paper numbers another problem so; else, and where a line that ends in
a colon leads to the numbers, it is a guess. Weak letters ("a. text") count under a problem that
has no other labels, whatever the paper does elsewhere. "1. Question 7" is a list of questions: the number of the list goes. "6-a", "6.1" and "Q6 (ii)" name
their problem themselves, if there is more than one such line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from grader.intake.label_words import PART_WORDS, QUESTION_WORDS
from grader.intake.labels import Book, Group, Label, find_label, title_line
from grader.intake.paper import Paper, Piece
from grader.model import Note, Problem

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_HEAD = r"(?P<lead>[\s>]*(?:#{1,6}[ \t]+)?(?:[-*+•][ \t]+)?)(?:\*\*|__)?"
_END = r"(?:\*\*|__)?(?=\s|$)"
_ORDINAL = re.compile(rf"{_HEAD}(?P<word>(?:{PART_WORDS})[ \t]*)?[(\[]?(?P<name>[ivx]{{1,4}}|\d{{1,2}}|[{_CIRCLED}])"
                      rf"(?P<close>[.)\]:]{{0,2}}){_END}", re.IGNORECASE)
_OWN = re.compile(rf"{_HEAD}(?:(?:{QUESTION_WORDS}|q|p|ex)\.?[ \t]*)?(?P<problem>\d{{1,2}})"
                  rf"(?:[-_.](?P<letter>[a-z])|\.(?P<digit>\d)|[ \t]?[(\[](?P<roman>[ivx]{{1,4}})[)\]])[.):\]]{{0,2}}{_END}", re.IGNORECASE)
"""A problem's number with a letter or number of a part, in ways that are no label elsewhere: "6-a", "6.1", "Q6 (ii)"."""
_LISTED = re.compile(r"(?P<lead>[\s>]*)\d{1,2}[.)][ \t]+(?=\S)")
Place = tuple[int, int]
"""A piece, and a line in it."""


@dataclass
class _Found:
    """What the lines under one problem begin with: places of numbers by style, and of weak letters."""

    lettered: bool = False
    numbers: dict[str, list[tuple[Place, int]]] = field(default_factory=lambda: {"roman": [], "digit": []})
    letters: list[tuple[Place, str]] = field(default_factory=list)
    own: list[tuple[Place, int, str]] = field(default_factory=list)
    """Lines with the problem's number: the part they name, by its number, and how ("letter", "digit", "roman")."""
    worded: bool = False
    """Was the problem last entered by a word or a title, so that a bare number under it need be no problem's?"""
    indents: dict[Place, int] = field(default_factory=dict)
    last: str = ""
    """The last line that was not empty."""
    led: bool = False
    """Does a line that ends in a colon lead to the first number, as it leads to a list?"""


def renumbered(paper: Paper, book: Book) -> tuple[Paper, dict[tuple[int, str, str], Note]]:
    """The paper with such numbers written as the letters of their parts, and a note for the line, problem and letter of each."""
    rows = [piece.text.split("\n") if piece.role in ("text", "heading") else [] for piece in paper.pieces]
    found = _census(paper, book, rows)
    chosen = {name: style for name, style in ((name, _style(book, name, one)) for name, one in found.items()) if style}
    sure = {style for name, style in chosen.items() if not found[name].led and _is_sure(book, name, found[name].numbers[style])}
    notes: dict[tuple[int, str, str], Note] = {}
    for name, one in found.items():
        groups = _lettered_groups(book, name)
        style = chosen.get(name)
        for (p, k), number, how in one.own if _own_rises(one, groups) else ():
            letter = groups[number - 1].name
            head = _OWN.match(rows[p][k])
            if head is not None:
                rows[p][k] = f"{head['lead']}{head['problem']}{letter}) {rows[p][k][head.end():].lstrip()}"
                line = paper.pieces[p].line + k
                said = f"line {line}: number {number} is taken for part {letter}"
                if how != "letter":
                    notes[line, name, letter] = Note(said, severity="repair" if len(one.own) > 1 else "guess", code="placing.ordinal")
        if style:
            for (p, k), number in one.numbers[style]:
                _rewrite(rows[p], k, groups[number - 1].name)
                line = paper.pieces[p].line + k
                letter = groups[number - 1].name
                said = f"line {line}: number {number} is taken for part {letter}"
                notes[line, name, letter] = Note(said, severity="repair" if style in sure and not one.led else "guess", code="placing.ordinal")
        elif not one.lettered and one.letters and _rises([g.name for g in groups], [letter for _, letter in one.letters]):
            for (p, k), letter in one.letters:
                _rewrite(rows[p], k, letter)
    made = tuple(replace(piece, text="\n".join(mine)) if mine else piece for piece, mine in zip(paper.pieces, rows))
    return replace(paper, pieces=made), notes


def _census(paper: Paper, book: Book, rows: list[list[str]]) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    problem: Problem | None = None
    for p, piece in enumerate(paper.pieces):
        if piece.role == "key":
            problem = None
        for k, line in enumerate(rows[p]):
            listed = _LISTED.match(line)
            if listed and _names_problem(book, line[listed.end():]):
                line = rows[p][k] = listed["lead"] + line[listed.end():]
            label = find_label("# " + line if piece.role == "heading" else line)
            if own := _own(book, line, label):
                problem = own[0]
                found.setdefault(problem.id, _Found()).own.append(((p, k), own[1], own[2]))
                continue
            entered = _entered(book, piece, rows[p], k, label)
            bare = label is not None and not re.search(r"[^\W\d_]", label.typed) and not label.part
            if bare and problem is not None and found[problem.id].worded and _goes_on(found[problem.id], label):
                entered = None  # "1." under "Question 6"
            elif entered is not None:
                problem = entered
                found.setdefault(problem.id, _Found()).worded = not bare
            elif label and label.problem and label.strong:
                problem = None
            if label and label.problem and label.part and (named := book.problem(label.problem)):
                found.setdefault(named.id, _Found()).lettered = True
            elif problem is not None and entered is None:
                _note(found.setdefault(problem.id, _Found()), book, problem, label, line, (p, k))
    return found


def _goes_on(one: _Found, label: Label | None) -> bool:
    """Is the label's number the next one under the problem, from 1 on?"""
    places = one.numbers["digit"]
    return label is not None and label.problem.isdigit() and int(label.problem) == (places[-1][1] + 1 if places else 1)


def _own(book: Book, line: str, label: Label | None) -> tuple[Problem, int, str] | None:
    """The problem, the number of the part, and how it is named, of a line such as "6-a", "6.1" or "Q6 (ii)"."""
    head = _OWN.match(line)
    problem = book.problem(head["problem"]) if head else None
    if head is None or problem is None:
        return None
    groups = _lettered_groups(book, problem.id)
    names = [g.name for g in groups]
    letter = (head["letter"] or "").lower()
    if letter:
        known = letter in names and not (label and label.problem and label.part == letter)
        return (problem, names.index(letter) + 1, "letter") if known else None
    number = int(head["digit"]) if head["digit"] else _ROMAN.get(head["roman"].lower(), 0)
    said = head["roman"] or re.search(r"[^\W\d_]|[$\\]", line[head.end():])  # "6.1 7.2" is a row of values
    if not 1 <= number <= len(groups) or _has_numbers(groups) or not said:
        return None
    return problem, number, "digit" if head["digit"] else "roman"


def _own_rises(one: _Found, groups: list[Group]) -> bool:
    numbers, ways = [number for _, number, _ in one.own], {how for _, _, how in one.own}
    return numbers == sorted(set(numbers)) and len(ways) == 1 and (len(numbers) > 1 or ways == {"roman"})


def _has_numbers(groups: list[Group]) -> bool:
    """Has some part, or field of a part, a number for its own label?"""
    own = {name for g in groups for name in g.names} | {name for g in groups for _, facets in g.fields for label in facets for name in label}
    return any(name.isdigit() or name in _ROMAN for name in own)


def _note(one: _Found, book: Book, problem: Problem, label: Label | None, line: str, place: tuple[int, int]) -> None:
    """Keep what the line under the problem begins with."""
    before, one.last = one.last, line.strip() or one.last
    if label and label.part and not label.problem and book.group(problem, label.part):
        one.lettered = one.lettered or label.strong
        one.letters.append((place, label.part))
        return
    ordinal = _ORDINAL.match(line)
    if ordinal is None or not (ordinal["close"] or ordinal["word"] or ordinal["name"] in _CIRCLED):
        return
    name = ordinal["name"].lower()
    one.led = one.led or before.endswith(":") and not any(one.numbers.values())
    number = int(name) if name.isdecimal() else _CIRCLED.find(name) + 1 or _ROMAN.get(name, 0)
    if number:
        one.indents[place] = len(ordinal["lead"])
        one.numbers["roman" if name in _ROMAN else "digit"].append((place, number))


def _entered(book: Book, piece: Piece, rows: list[str], k: int, label: Label | None) -> Problem | None:
    """The problem whose heading the line is."""
    if piece.role == "heading" and (named := book.problem(rows[k])):
        return named
    if label and label.problem and not label.part and label.strong:
        return book.problem(label.problem)
    return title_line(book, rows, k) if piece.role == "text" else None


def _names_problem(book: Book, text: str) -> bool:
    label = find_label(text)
    return bool(label and label.problem and label.strong and not label.part and not text[label.rest:].strip() and not text.strip().isdigit()
                and re.match(r"[\s*_#]*[^\W\d_]{2}", text) and book.problem(label.problem))


def _lettered_groups(book: Book, problem: str) -> list[Group]:
    return [g for g in book.groups[problem] if g.name]


def _style(book: Book, problem: str, one: _Found) -> str:
    """The style in which the parts of the problem are numbered; "" for none."""
    groups = _lettered_groups(book, problem)
    used = [style for style, places in one.numbers.items() if places]
    if one.lettered or one.letters or one.own or len(groups) < 2 or not used:
        return ""
    style = min(used, key=lambda s: one.numbers[s][0][0])  # the outer one, where there are two
    outer = min(one.indents[place] for place, _ in one.numbers[style])
    one.numbers[style] = [(place, number) for place, number in one.numbers[style] if one.indents[place] == outer]
    numbers = [number for _, number in one.numbers[style]]
    if _has_numbers(groups):
        return ""
    return style if numbers == sorted(set(numbers)) and numbers[0] >= 1 and numbers[-1] <= len(groups) else ""


def _is_sure(book: Book, problem: str, places: list[tuple[Place, int]]) -> bool:
    numbers = [number for _, number in places]
    whole = list(range(1, len(_lettered_groups(book, problem)) + 1))
    return len(numbers) >= 3 and 2 * len(numbers) >= len(whole) or len(numbers) >= 2 and numbers != whole[:len(numbers)]


def _rises(names: list[str], letters: list[str]) -> bool:
    places = [names.index(letter) for letter in letters if letter in names]
    return len(places) == len(letters) and places == sorted(set(places))


def _rewrite(rows: list[str], k: int, letter: str) -> None:
    """Put the part's own label in place of the one at the head of the line."""
    ordinal = _ORDINAL.match(rows[k])
    begun = rows[k].lstrip(" >-*+•")[:1].lower() == letter
    weak = re.match(r"(?P<lead>[\s>]*(?:[-*+•][ \t]+)?)[A-Za-z][.:]", rows[k]) if ordinal is None or begun else None
    head = weak or ordinal
    if head is not None:
        rows[k] = f"{head['lead']}{letter}) {rows[k][head.end():].lstrip()}"
