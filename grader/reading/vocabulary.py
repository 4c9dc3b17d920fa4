"""What the names in a text may mean: the symbols a problem declares, and the conventions that decide between readings.

The reader asks the vocabulary and nothing else (never the reference). An open vocabulary knows only the conventions of the field; a closed
one, made from a part with declared symbols, makes every other name stand out in a note (`unknown_name`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from grader.domain import Domain
from grader.model import Symbol
from grader.reading.names import FUNCTION_LETTERS, canonical
from grader.term import Term, free_names, walk

if TYPE_CHECKING:
    from grader.model import Part

DENSITY_LETTERS = frozenset("p q P Q pi".split())
"""Names whose call with an argument is a density unless the vocabulary says otherwise: `\\int q(z) log p(z) dz` runs over the whole space."""


@dataclass(frozen=True)
class Vocabulary:
    """Declared symbols and conventions.

    - `symbols`: declared names with domains, words and spellings; a spelling is read as its symbol ("T" for t, "\\mathcal{L}" for ELBO).
    - `functions`: undeclared letters that are functions wherever they stand directly before a bracket.
    - `constants`: names that mean their constant unless they are declared or bound: any of e, i, pi.
    - `log_base`: what `log` without a base means: None natural, else 2 or 10. `ln`, `lg`, `lb` always mean e, 10, 2.
    - `decimal_comma`: `3,5` is a number and `;` separates.
    - `degrees`: a bare argument of a trigonometric function is in degrees.
    - `closed`: names that are not declared are noted.
    - `sequences`: names whose unbraced subscript reaches over `+ 1` (`x_t+1` is x_{t+1}) and that may be typed without `_` (`xt`); "*" for all.
    - `orders`: `theta(n)`, `omega(n)`, `o(n)` are order symbols (growth questions).
    """

    symbols: tuple[Symbol, ...] = ()
    functions: frozenset[str] = FUNCTION_LETTERS
    constants: frozenset[str] = frozenset({"e", "i", "pi"})
    log_base: int | None = None
    decimal_comma: bool = False
    degrees: bool = False
    closed: bool = False
    sequences: frozenset[str] = frozenset()
    orders: bool = False

    @staticmethod
    def of(part: Part) -> Vocabulary:
        """The vocabulary of a problem's part: its symbols, and those of its kind's options that are conventions of reading
        (`log_base`, `decimal_comma`, `degrees`, `sequences`). Closed when the part declares any symbol."""
        options = part.options
        given = {name: value for name in ("log_base", "decimal_comma", "degrees") if (value := getattr(options, name, None)) not in (None, "")}
        sequences = frozenset(getattr(options, "sequences", None) or (("*",) if part.kind == "iteration" else ()))
        return Vocabulary(part.symbols, closed=bool(part.symbols), sequences=sequences, orders=part.kind == "growth_order", **given)

    @staticmethod
    def declared(_domains: Mapping[str, str] | None = None, /, **domains: str) -> Vocabulary:
        """An open vocabulary with these symbols, domains in words: `Vocabulary.declared(n="integer > 0", k="vector")`."""
        every = {**(_domains or {}), **domains}
        return Vocabulary(tuple(Symbol(name, Domain.parse(words)) for name, words in every.items()))

    def alongside(self, *terms: Term) -> Vocabulary:
        """The same, where names mean what they mean in these terms (a reference): those that are called are functions, the others are not.
        Declared names stay as they are."""
        called: set[str] = set()
        plain: set[str] = set()
        for term in terms:
            for node in walk(term):
                if node.is_apply("call"):
                    called |= free_names(node.args[0])
                elif node.kind != "symbol":
                    plain |= {a.name for a in node.args if a.kind == "symbol"}
                elif node is term:
                    plain.add(node.name)
        made = [Symbol(name, Domain(shape="function")) for name in sorted(called)]
        made += [Symbol(name) for name in sorted(plain - called)]
        return replace(self, symbols=self.symbols + tuple(s for s in made if not self.knows(s.name)))

    def with_functions(self, *names: str) -> Vocabulary:
        """The same, where these names too are functions."""
        return replace(self, functions=self.functions | frozenset(names))

    @cached_property
    def spelled(self) -> Mapping[str, str]:
        """Every spelling of a declared symbol, as the lexer writes names, to the symbol's name."""
        table: dict[str, str] = {}
        for symbol in self.symbols:
            for spelling in (*symbol.spellings, symbol.name):
                table[canonical(spelling)] = symbol.name
        return table

    @cached_property
    def shapes(self) -> Mapping[str, str]:
        """The shape of each declared symbol, and of the base of each declared name with a subscript (`k_a` makes k a vector)."""
        table: dict[str, str] = {}
        for symbol in self.symbols:
            table.setdefault(symbol.name.partition("_")[0], symbol.domain.shape)
        for symbol in self.symbols:
            table[symbol.name] = symbol.domain.shape
        return table

    @cached_property
    def splits(self) -> dict[tuple[str, str, bool], object]:
        """Runs of letters already split (a memo of `words.split`)."""
        return {}

    def knows(self, name: str) -> bool:
        """Is the name declared?"""
        return name in self.shapes

    def is_function(self, name: str) -> bool:
        """Is a call meant where the name stands before a bracket? Declared shapes decide, then the conventional letters."""
        shape = self.shapes.get(name)
        return shape in ("function", "density") if shape is not None else name in self.functions

    def is_density(self, name: str) -> bool:
        """Is the name a density: declared as one, or undeclared and one of the usual letters?"""
        shape = self.shapes.get(name)
        return shape == "density" if shape is not None else name in DENSITY_LETTERS

    def is_array(self, name: str) -> bool:
        """Is the name a declared vector or matrix?"""
        return self.shapes.get(name) in ("vector", "matrix")


OPEN = Vocabulary()
"""Nothing declared: single letters multiply, known function names are functions."""
