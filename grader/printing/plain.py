"""Linear text. Every operator has a form in function notation; the usual ones have their usual signs.

Levels, loosest to tightest: 0 where, 1 iff, 2 implies, 3 or, 4 and, 5 not, 6 relation, 7 sum, 8 product, 9 factor, 10 power, 11 operand. A term is
put in brackets where its level is below the one that its place asks for.
"""

from __future__ import annotations

from grader.printing.binding import Binding
from grader.printing.forms import FUNCTION_NAMES, decimal, has_infinity, is_mark, is_name
from grader.term import Term, constant

SET_RELATIONS = frozenset("in notin subset subseteq supset supseteq".split())
_LEVELS = {"iff": 1, "implies": 2, "or": 3, "xor": 3, "and": 4, "not": 5, "add": 7, "neg": 7, "pm": 7, "mp": 7, "union": 7, "setminus": 7, "mul": 8,
           "div": 8, "intersection": 8, "pow": 10, "where": 0}
_DECORATED = frozenset("hat bar tilde vec dot star".split())


class Plain(Binding):
    """The printer of linear text; the other printers change signs and forms."""

    words = {"and": " and ", "or": " or ", "xor": " xor ", "not": "not ", "implies": " implies ", "iff": " iff ", "union": " union ",
             "intersection": " intersect ", "setminus": " setminus ", "pm": " +- ", "mp": " -+ ", "where": " where ", "otherwise": " otherwise",
             "if": " if "}
    signs: dict[str, str] = {}
    bigs = {"sum": "sum", "product": "prod", "maximum": "max", "minimum": "min", "supremum": "sup", "infimum": "inf", "argmax": "argmax",
            "argmin": "argmin", "limit": "lim", "integral": "int", "antiderivative": "int", "forall": "forall ", "exists": "exists "}
    constants: dict[str, str] = {"emptyset": "{}"}
    round_, square, curly = ("(", ")"), ("[", "]"), ("{", "}")
    heads = frozenset(("prime", "index", "sup"))
    """Decorations of a name that can stand before arguments."""
    arrow, bar, double_bar = " -> ", " | ", " || "

    # ------------------------------------------------------------------------------------------------------------------ frame

    def at(self, term: Term, level: int) -> str:
        """The term, in brackets where it binds less tightly than `level`."""
        if level > 7 and term.kind == "tuple" and term.name == "set" and len(term.args) == 1:
            return self.function("set", term.args)  # braces around one formula are brackets in arithmetic
        text = self.show(term)
        return self.wrap(text) if self.level(term) < level else text

    def wrap(self, text: str) -> str:
        return f"{self.round_[0]}{text}{self.round_[1]}"

    def level(self, term: Term) -> int:
        if term.kind == "relation":
            return 6
        if term.kind == "number":
            return 11 if "/" not in decimal(term.value) else 8
        if term.kind == "binder":
            return 11 if term.name in ("lambda", "set_of") else 0 if term.name in ("forall", "exists") else 8
        if term.kind == "apply":
            if term.name in ("derivative", "partial", "hadamard", "outer", "transpose", "gradient"):
                return self.special_level(term)
            return _LEVELS.get(term.name, 11)
        return 11

    def special_level(self, term: Term) -> int:
        return 11

    def show(self, term: Term) -> str:
        if term.kind == "number":
            return decimal(term.value, term.text)
        if term.kind == "symbol":
            return self.name(term.name)
        if term.kind == "constant":
            return self.constants.get(term.name, term.name)
        if term.kind == "text":
            return self.quoted(term.name)
        if term.kind == "relation":
            return self.relation(term)
        if term.kind == "tuple":
            return self.collection(term, False)
        if term.kind == "binder":
            return self.binder(term)
        method = getattr(self, "show_" + term.name, None)
        return method(*term.args) if method is not None else self.function(term.name, term.args)

    def name(self, name: str) -> str:
        return name

    def quoted(self, words: str) -> str:
        return f'"{words}"'

    def function(self, name: str, args: tuple[Term, ...], shown: str = "") -> str:
        """Function notation: name(a, b)."""
        inside = ", ".join([self.at(a, 8 if a.kind == "tuple" else 1) for a in args])
        return f"{shown or self.word(FUNCTION_NAMES.get(name, name))}{self.round_[0]}{inside}{self.round_[1]}"

    def word(self, name: str) -> str:
        return name

    def listed(self, args: tuple[Term, ...]) -> str:
        return ", ".join([self.at(a, 1) for a in args])

    # ------------------------------------------------------------------------------------------------------------- arithmetic

    def show_add(self, *terms: Term) -> str:
        if len(terms) < 2:
            return self.function("add", terms)
        parts = [self.show(terms[0]) if terms[0].is_apply("neg", 1) else self.at(terms[0], 8)]
        for term in terms[1:]:
            parts.append(" - " + self.at(term.args[0], 8) if term.is_apply("neg", 1) else " + " + self.at(term, 8))
        return "".join(parts)

    def show_neg(self, x: Term) -> str:
        return "-" + self.at(x, 8)

    def show_pm(self, *args: Term) -> str:
        return self.plus_minus("pm", args)

    def show_mp(self, *args: Term) -> str:
        return self.plus_minus("mp", args)

    def plus_minus(self, name: str, args: tuple[Term, ...]) -> str:
        sign = self.words[name]
        return f"{self.at(args[0], 8)}{sign}{self.at(args[1], 8)}" if len(args) == 2 else sign.strip() + " " + self.at(args[0], 8)

    def show_mul(self, *factors: Term) -> str:
        if len(factors) < 2:
            return self.function("mul", factors)
        first = factors[0]
        return "*".join([self.show(first) if first.is_apply("div") else self.at(first, 9), *[self.at(f, 9) for f in factors[1:]]])

    def show_div(self, a: Term, b: Term) -> str:
        above = self.show(a) if a.is_apply("mul") and len(a.args) > 1 or a.is_apply("div") else self.at(a, 9)
        return f"{above}/{self.at(b, 9)}"

    def show_pow(self, base: Term, exponent: Term) -> str:
        plain = exponent.kind == "symbol" and exponent.name != "T" or exponent.kind == "number" and self.level(exponent) == 11
        return f"{self.at(base, 11)}^{self.show(exponent) if plain else self.wrap(self.show(exponent))}"

    def show_factorial(self, x: Term) -> str:
        return self.wrap(self.show(x)) + "!" if x.is_apply("factorial") or x.is_apply("double_factorial") else self.at(x, 11) + "!"

    def show_double_factorial(self, x: Term) -> str:
        return self.show_factorial(x) + "!"

    def show_percent(self, x: Term) -> str:
        return self.at(x, 11) + "%"

    # ------------------------------------------------------------------------------------------------------------------ names

    def script_base(self, base: Term) -> str:
        """What can carry a subscript: a name as it is, anything else in brackets."""
        bare = is_name(base) and not base.is_apply("index") or base.kind == "apply" and base.name in _DECORATED
        return self.show(base) if bare else self.wrap(self.show(base))

    def show_index(self, base: Term, *indices: Term) -> str:
        return f"{self.script_base(base)}_{self.indices(indices)}"

    def indices(self, indices: tuple[Term, ...]) -> str:
        if len(indices) == 1:
            only = indices[0]
            if only.kind == "symbol" and only.name.isalnum() or only.kind == "number" and only.value.denominator == 1:
                return self.show(only)
        return "{" + ",".join([self.at(x, 1) for x in indices]) + "}"

    def show_sup(self, base: Term, mark: Term) -> str:
        if mark.kind == "symbol" and mark.name in ("plus", "minus"):
            return f"{self.at(base, 11)}^{{{'+' if mark.name == 'plus' else '-'}}}"
        if not is_name(base) or base.is_apply("sup"):
            return self.function("sup", (base, mark))
        return f"{self.show(base)}^{{({self.show(mark)})}}" if is_mark(mark) else self.function("sup", (base, mark))

    def show_prime(self, base: Term, count: Term) -> str:
        if count.kind != "number" or count.value not in (1, 2, 3) or base.is_apply("prime"):
            return self.function("prime", (base, count))
        return self.at(base, 11) + "'" * int(count.value)

    def show_call(self, function: Term, *args: Term) -> str:
        root = function.args[0] if function.kind == "apply" and function.name in self.heads else function
        if root.kind != "symbol" or not args:
            return self.function("call", (function, *args))
        return f"{self.show(function)}{self.round_[0]}{self.arguments(args)}{self.round_[1]}"

    def arguments(self, args: tuple[Term, ...]) -> str:
        """Arguments with their bar and semicolon: x, y | z; theta."""
        if len(args) != 1:
            return self.listed(args)
        only = args[0]
        if only.is_apply("semicolon", 2):
            return f"{self.arguments(only.args[:1])}; {self.spread(only.args[1])}"
        if only.is_apply("given", 2) and not any(a.is_apply("given") or a.is_apply("semicolon") for a in only.args):
            return f"{self.spread(only.args[0])}{self.bar}{self.spread(only.args[1])}"
        return self.at(only, 1)

    def spread(self, term: Term) -> str:
        """A tuple without its brackets, where arguments stand."""
        if term.kind == "tuple" and term.name == "tuple" and len(term.args) > 1:
            return self.listed(term.args)
        return self.at(term, 1)

    # ------------------------------------------------------------------------------------------------------------ probability

    def show_expectation(self, body: Term, over: Term | None = None) -> str:
        return self.statistic("E", body, over)

    def show_variance(self, body: Term, over: Term | None = None) -> str:
        return self.statistic(self.word("Var"), body, over)

    def show_covariance(self, x: Term, y: Term, over: Term | None = None) -> str:
        below = "" if over is None else self.below(over)
        return f"{self.word('Cov')}{below}{self.square[0]}{self.listed((x, y))}{self.square[1]}"

    def statistic(self, name: str, body: Term, over: Term | None) -> str:
        inside = self.arguments((body,)) if body.is_apply("given") else self.at(body, 1)
        return f"{name}{'' if over is None else self.below(over)}{self.square[0]}{inside}{self.square[1]}"

    def below(self, over: Term) -> str:
        return f"_{{{self.spread(over)}}}"

    def show_probability(self, event: Term) -> str:
        return f"{self.word('Pr')}{self.round_[0]}{self.arguments((event,)) if event.is_apply('given') else self.at(event, 1)}{self.round_[1]}"

    def show_kl(self, p: Term, q: Term) -> str:
        return f"{self.word('KL')}{self.round_[0]}{self.at(p, 9)}{self.double_bar}{self.at(q, 9)}{self.round_[1]}"

    def show_mutual_information(self, x: Term, y: Term) -> str:
        return f"I{self.round_[0]}{self.at(x, 1)}; {self.at(y, 1)}{self.round_[1]}"

    def order(self, sign: str, x: Term) -> str:
        return f"{sign}{self.round_[0]}{self.spread(x)}{self.round_[1]}"

    def show_bigO(self, x: Term) -> str:
        return self.order("O", x)

    def show_bigTheta(self, x: Term) -> str:
        return self.order(self.name("Theta"), x)

    def show_bigOmega(self, x: Term) -> str:
        return self.order(self.name("Omega"), x)

    def show_smallo(self, x: Term) -> str:
        return self.order("o", x)

    # ----------------------------------------------------------------------------------------------------------- logic and sets

    def joined(self, name: str, args: tuple[Term, ...], level: int) -> str:
        if len(args) < 2:
            return self.function(name, args)
        return self.words[name].join([self.at(a, level) for a in args])

    def show_and(self, *args: Term) -> str:
        return self.joined("and", args, 5)

    def show_or(self, *args: Term) -> str:
        return self.joined("or", args, 4)

    def show_xor(self, *args: Term) -> str:
        return self.joined("xor", args, 4)

    def show_implies(self, *args: Term) -> str:
        return self.joined("implies", args, 3)

    def show_iff(self, *args: Term) -> str:
        return self.joined("iff", args, 2)

    def show_not(self, x: Term) -> str:
        return self.words["not"] + self.at(x, 5)

    def show_where(self, body: Term, *conditions: Term) -> str:
        if conditions == (constant("true"),):
            return self.at(body, 1) + self.words["otherwise"]
        return self.at(body, 1) + self.words["where"] + ", ".join([self.condition(c) for c in conditions])

    def condition(self, c: Term) -> str:
        if c.kind == "binder" and c.name == "forall" and c.args == (constant("true"),):
            return self.bigs["forall"] + ", ".join([self.show(b) for b in c.bound])
        return self.at(c, 1)

    def show_union(self, *args: Term) -> str:
        return self.words["union"].join([self.in_set_place(a, 8) for a in args]) if len(args) > 1 else self.function("union", args)

    def show_intersection(self, *args: Term) -> str:
        return self.words["intersection"].join([self.in_set_place(a, 9) for a in args]) if len(args) > 1 else self.function("intersection", args)

    def show_setminus(self, a: Term, b: Term) -> str:
        return f"{self.in_set_place(a, 8)}{self.words['setminus']}{self.in_set_place(b, 8)}"

    def in_set_place(self, term: Term, level: int) -> str:
        """Where a set is expected a pair in brackets is an interval, so that a tuple must say what it is."""
        return self.collection(term, True) if term.kind == "tuple" else self.at(term, level)

    def relation(self, term: Term) -> str:
        sets = not SET_RELATIONS.isdisjoint(term.signs)
        parts = [self.at(term.args[0], 7)]
        for sign, side in zip(term.signs, term.args[1:]):
            parts.append(f" {self.signs.get(sign, sign)} {self.in_set_place(side, 7) if sets else self.at(side, 7)}")
        return "".join(parts)

    def collection(self, term: Term, in_set_place: bool) -> str:
        args, name = term.args, term.name
        pair = len(args) == 2
        if name == "interval":
            if in_set_place or term.signs not in (("(", ")"), ("[", "]")) or has_infinity(args):
                return f"{self.bracket(term.signs[0], 0)}{self.listed(args)}{self.bracket(term.signs[1], 1)}"
            flags = () if term.signs == ("[", "]") else (constant("true"), constant("true"))
            return self.function("interval", (*args, *flags), self.word("Interval"))
        if name in ("tuple", "list") and pair and (in_set_place or has_infinity(args)):
            return self.function(name, args)
        if name == "tuple":
            return f"{self.round_[0]}{self.listed(args)}{',' if len(args) == 1 else ''}{self.round_[1]}"
        if name == "list":
            lists = [a for a in args if a.kind == "tuple" and a.name == "list"]
            if len(args) == 1 or args and len(lists) == len(args) and len({len(a.args) for a in lists}) == 1:
                return self.function(name, args)
            return f"{self.square[0]}{self.listed(args)}{self.square[1]}"
        if name == "set":
            return f"{self.curly[0]}{self.listed(args)}{self.curly[1]}" if args else self.function("set", args)
        if name == "matrix":
            return self.matrix(term)
        return self.cases(term)

    def bracket(self, sign: str, side: int) -> str:
        return (self.round_ if sign in "()" else self.square)[side]

    def matrix(self, term: Term) -> str:
        rows = [f"{self.square[0]}{self.listed(row.args)}{self.square[1]}" for row in term.args]
        return f"{self.word('matrix')}{self.round_[0]}{', '.join(rows)}{self.round_[1]}"

    def cases(self, term: Term) -> str:
        return f"cases({', '.join([self.case(row) for row in term.args])})"

    def case(self, row: Term) -> str:
        if not row.is_apply("where", 2):
            return self.at(row, 1)
        value, condition = row.args
        return self.at(value, 1) + (self.words["otherwise"] if condition == constant("true") else self.words["if"] + self.at(condition, 1))


def to_text(term: Term) -> str:
    """The term as linear ASCII text (names as they are): `t*n^2*l`, `E_{q}[log(p(x | z))]`. `reading.read` gives the same term back."""
    return Plain().show(term)
