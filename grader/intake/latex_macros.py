"""A document's own commands, written out: `\\newcommand`, `\\renewcommand`, `\\def`, `\\DeclareMathOperator` with arguments.

Expansion is bounded in number and size, so that commands which call each other cannot grow the text; what is left over stays as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.reading.splitting import group

MAX_MACROS = 500
MAX_EXPANSIONS = 20_000
GROWTH = 8
"""The text may grow to so many times its size, and by 20,000 characters."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A command: how many arguments it takes, the default of the first where it is optional, and its body."""

    count: int
    body: str
    default: str | None = None


_DEFINITION = re.compile(r"\\(?:(?P<new>(?:re|provide)?newcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*\\(?P<a>[A-Za-z]+)\s*\}|"
                         r"\\(?P<b>[A-Za-z]+))\s*(?:\[(?P<count>\d)\])?\s*(?:\[(?P<default>[^\]]*)\])?\s*(?=\{)"
                         r"|(?:def|gdef|edef)\s*\\(?P<c>[A-Za-z]+)\s*(?P<hashes>(?:#\d\s*)*)(?=\{)"
                         r"|(?P<operator>DeclareMathOperator)\*?\s*(?:\{\s*\\(?P<d>[A-Za-z]+)\s*\}|\\(?P<e>[A-Za-z]+))\s*(?=\{)"
                         r"|(?P<environment>(?:re)?newenvironment|newtheorem)\*?\s*(?=\{))")


def definitions(text: str) -> tuple[dict[str, Macro], str]:
    """The commands that the text defines, and the text without the definitions (as many line breaks as before)."""
    macros: dict[str, Macro] = {}
    pieces: list[str] = []
    position = 0
    for found in _DEFINITION.finditer(text):
        if found.start() < position:
            continue
        end = group(text, found.end())
        if end < 0:
            continue
        if found["environment"]:
            for _ in range(3):
                more = re.compile(r"\s*(?:\[[^\]]*\]\s*)*(?=\{)").match(text, end)
                if not more or group(text, more.end()) < 0:
                    break
                end = group(text, more.end())
        elif len(macros) < MAX_MACROS:
            name = next(found[g] for g in "abcde" if found[g])
            body = text[found.end() + 1:end - 1].strip()
            if found["operator"]:
                body = f"\\operatorname{{{body}}}"
            count = int(found["count"] or 0) if found["new"] else len(re.findall("#", found["hashes"] or ""))
            macros[name] = Macro(count, body, found["default"])
        pieces += [text[position:found.start()], "\n" * text.count("\n", found.start(), end)]
        position = end
    return macros, "".join([*pieces, text[position:]])


def expand(text: str, macros: dict[str, Macro], kept: frozenset[str] = frozenset()) -> tuple[str, list[int]]:
    """The text with the commands written out, and for each of its lines the number (from 1) of the line it came from.

    Commands in `kept` stay. Line breaks in arguments are kept; the map says where each resulting line began.
    """
    known = {name: m for name, m in macros.items() if name not in kept}
    if not known:
        return text, list(range(1, text.count("\n") + 2))
    call = re.compile(r"\\(" + "|".join(sorted(map(re.escape, known), key=len, reverse=True)) + r")(?![A-Za-z])")
    budget = _Budget(MAX_EXPANSIONS, GROWTH * len(text) + 20_000)
    made: list[str] = []
    origin = [1]
    line = 1
    position = 0
    while found := call.search(text, position):
        before = text[position:found.start()]
        made.append(before)
        for _ in range(before.count("\n")):
            line += 1
            origin.append(line)
        value, end = _written_out(text, found, known, call, budget, 0)
        made.append(value)
        origin += [line] * value.count("\n")
        line += text.count("\n", found.start(), end)
        position = end
    tail = text[position:]
    made.append(tail)
    origin += list(range(line + 1, line + 1 + tail.count("\n")))
    return "".join(made), origin


@dataclass
class _Budget:
    calls: int
    characters: int


def _written_out(text: str, found: re.Match[str], macros: dict[str, Macro], call: re.Pattern[str], budget: _Budget, depth: int) -> tuple[str, int]:
    """One call written out, and where it ends in the text; the call itself where the budget is spent or arguments are missing."""
    macro = macros[found[1]]
    end = found.end()
    arguments: list[str] = []
    if macro.default is not None:
        optional = re.compile(r"\s*\[([^\[\]]*)\]").match(text, end)
        arguments.append(optional[1] if optional else macro.default)
        end = optional.end() if optional else end
    while len(arguments) < macro.count:
        opened = re.compile(r"\s*").match(text, end).end()  # type: ignore[union-attr]
        close = group(text, opened) if text[opened:opened + 1] == "{" else -1
        if close > 0:
            arguments.append(text[opened + 1:close - 1])
            end = close
        else:
            token = re.compile(r"\\[A-Za-z]+|\S").match(text, opened)
            if not token:
                return found[0], found.end()
            arguments.append(token[0])
            end = token.end()
    budget.calls -= 1
    size = len(macro.body) + sum(map(len, arguments)) * max(1, macro.body.count("#"))
    if budget.calls < 0 or depth > 20 or size > budget.characters:
        return text[found.start():end], end
    budget.characters -= size
    value = re.sub(r"#(\d)", lambda m: arguments[int(m[1]) - 1] if 0 < int(m[1]) <= len(arguments) else m[0], macro.body)
    value = _expanded(value, macros, call, budget, depth + 1)
    return value + (" " if re.search(r"\\[A-Za-z]+$", value) and text[end:end + 1].isalpha() else ""), end


def _expanded(text: str, macros: dict[str, Macro], call: re.Pattern[str], budget: _Budget, depth: int) -> str:
    made: list[str] = []
    position = 0
    while found := call.search(text, position):
        made.append(text[position:found.start()])
        value, position = _written_out(text, found, macros, call, budget, depth)
        made.append(value)
    return "".join([*made, text[position:]])
