"""Functions and their arguments: known functions (`sin 2x`, `log_2 n`) and names that are called (`f(x)`, `p(x | z)`)."""

from __future__ import annotations

from grader.reading.arguments import Arguments, VARIADIC
from grader.reading.names import BARE, BIG, FUNCTIONS
from grader.reading.special import Special
from grader.reading.tokens import Token
from grader.term import Span, Term, apply, collection, number, symbol

_ARGUMENT_FACTORS = frozenset("name const num frac sqrt binom vulgar hat".split())
_INVERSES = {**{f: f"a{f}" for f in "sin cos tan cot sec csc sinh cosh tanh".split()}}
_BINDER_WORDS = frozenset(
    "derivative partial integral sum product limit lambda antiderivative argmax argmin maximum minimum supremum infimum set_of forall exists".split())
_ONLY_IN_ARGUMENTS = frozenset("mid ; , and or not cup cap implies iff".split())
"""Signs directly inside a bracket that no factor in brackets has."""
_SQUARE = frozenset("variance covariance expectation kl entropy probability mutual_information softmax diag trace det rank exp log sigmoid".split())


class Applied(Arguments, Special):
    """The part of the parser for applications."""

    # ---------------------------------------------------------------------------------------------------------- known functions

    def read_function(self, t: Token) -> Term:
        first = self.i
        self.i += 1
        word = t.text
        following = self.tok
        if word in BIG and self.binds(word, following):
            return self.read_big(BIG[word], first, t)
        op = FUNCTIONS.get(word)
        if op is None:
            return self.read_big(BIG[word], first, t)
        if word == "sqrt" and following.kind == "[" and self.tokens[self.partner[self.i] + 1].kind in ("{", "("):
            self.i -= 1
            return self.read_sqrt(t)
        base = self.attached_base(word, following)
        exponent = None
        while self.tok.kind in ("_", "^", "'"):
            kind = self.tok.kind
            if kind == "_":
                self.i += 1
                base = self.single_script()
            elif kind == "^" and exponent is None:
                raised, is_power = self.raised(symbol(word))
                if not is_power:
                    raise self.fail(f"this superscript of `{word}` is not known", t)
                exponent = raised
            else:
                raise self.fail(f"`{word}` with this mark is not known", t)
        return self.apply_function(op, word, base, exponent, first, t)

    def attached_base(self, word: str, following: Token) -> Term | None:
        """`log2(x)`, `log10 x`, `atan2(y, x)`: digits that belong to the word."""
        if following.kind != "num" or following.gap or following.text not in ("2", "10", "1"):
            return None
        opens = self.tokens[self.i + 1].kind == "("
        if word == "log" and following.text in ("2", "10"):
            span = Span(following.start, following.end)
            after = self.tokens[self.i + 1]
            if opens or after.kind in ("_", "^") or after.gap and after.kind in ("name", "num", "func"):
                if opens or not self.site("log_digits", self.i, f"`log{following.text}` is read as the logarithm to the base {following.text}", span):
                    self.i += 1
                    return number(following.text, following.text, span)
        elif word in ("atan", "arctan", "factorial") and following.text == "2" and (opens or self.tokens[self.i + 1].kind == "^"):
            self.i += 1
            return symbol("2")
        return None

    def binds(self, word: str, following: Token) -> bool:
        """Does the word bind a variable here (`sum_{i}`, `max_x`), or is it applied to arguments (`max(a, b)`, `sum(k, k, 1, n)`)?"""
        kind = following.kind
        if kind in ("_", "^"):
            return True
        if kind == "(":
            return "," not in self.kinds_in(self.i) and word not in ("max", "min", "Max", "Min") and word != "limit" and FUNCTIONS.get(word) != "sum"
        if word in ("max", "min"):
            return kind not in ("lset", "{", "[", "eof", ")")
        return word != "inf" and word != "product" or kind not in ("eof",)

    def kinds_in(self, k: int) -> set[str]:
        """The kinds of the tokens directly inside the bracket at k."""
        close, kinds = self.partner[k], set()
        k += 1
        while k < close:
            kinds.add(self.tokens[k].kind)
            inner = self.partner.get(k, k)
            k = inner + 1 if inner > k else k + 1
        return kinds

    def apply_function(self, op: str, word: str, base: Term | None, exponent: Term | None, first: int, t: Token) -> Term:
        """The function with its subscript and exponent, applied to what follows."""
        following = self.tok
        kind = following.kind
        if op == "kl":
            return self.divergence(first)
        if op in ("expectation", "variance", "covariance", "probability") and kind in ("(", "[", "lset"):
            return self.raised_value(self.statistic(op, base, first), exponent, first)
        if op in _BINDER_WORDS:
            if kind != "(" or base is not None or exponent is not None:
                raise self.fail(f"`{word}` needs its arguments in brackets", t)
            return self.program(op, word, first)
        if kind == "(" or kind in ("[", "lset") and (op in _SQUARE or op in VARIADIC) or kind == "{" and (op in VARIADIC or not self.latex):
            raised = kind == "(" and following.gap and not self.latex and op in BARE and exponent is None
            flipped = raised and self.tokens[self.partner[self.i] + 1].kind == "^" and self.site(
                "power_of_argument", self.i, f"the power belongs to `{word} (...)`, not to the bracket", Span(t.start, following.end))
            arguments = (self.plain(self.operand()),) if flipped else self.listed_arguments(rows=op == "matrix")
            term = self.build(op, word, arguments, base, first, t)
            return self.raised_value(term, exponent, first, op)
        if kind == "{" and self.latex:
            arguments = (self.plain(self.argument_of(f"\\{word}")),)
            if self.tok.kind == "^" and exponent is None and op in BARE and op not in ("sqrt", "abs") and self.site(
                    "power_of_argument", self.i, f"the power behind `{word}` and its argument in braces is that of the whole", self.span(first)):
                raised, is_power = self.raised(arguments[0])
                arguments = (apply("pow", arguments[0], raised) if is_power else raised,)
            return self.raised_value(self.build(op, word, arguments, base, first, t), exponent, first, op)
        if op not in BARE and op not in ("max", "min", "gcd", "lcm", "norm", "conj"):
            raise self.fail(f"`{word}` needs its argument in brackets", t, f"Write {word}(x).")
        argument = self.bare_argument(op, word, t)
        return self.raised_value(self.build(op, word, (argument,), base, first, t), exponent, first, op)

    def listed_arguments(self, rows: bool = False) -> tuple[Term, ...]:
        """The arguments in the bracket at hand; a set in braces counts as its elements (`max{a, b}`). With `rows` semicolons part rows."""
        close = self.partner[self.i]
        self.enter(self.tok)
        self.in_arguments += 1
        self.i += 1
        entries, parted = self.listed(close, None if rows else True)
        self.in_arguments -= 1
        self.nest -= 1
        self.i = close + 1
        if parted:
            return tuple(collection("list", *row) for row in parted)
        return tuple(entries)

    def raised_value(self, term: Term, exponent: Term | None, first: int, op: str = "") -> Term:
        """`sin^2 x`, and `sin^{-1} x` for the inverse function."""
        if exponent is None:
            return term
        if exponent.is_apply("neg") and exponent.args[0] == number(1) and op in _INVERSES and len(term.args) == 1:
            return apply(_INVERSES[op], term.args[0], span=self.span(first))
        return apply("pow", term, exponent, span=self.span(first))

    # ----------------------------------------------------------------------------------------------------- arguments without brackets

    def bare_argument(self, op: str, word: str, t: Token) -> Term:
        """`sin 2x`: the implied product after the function, up to the next sign, function or bracket."""
        first = self.i
        start = self.tok
        if start.kind in ("-", "+"):
            return self.signed()
        if start.kind not in self.PREFIX or start.kind in ("text", "forall", "exists", "not"):
            raise self.fail(f"`{word}` has no argument", t, f"Write {word}(x).")
        head = self.operand()
        if start.kind in ("func", "big") or op == "sqrt":
            return head
        factors = [head]
        while self.another_factor(factors, start, word, first):
            factors.append(self.operand())
        argument = factors[0] if len(factors) == 1 else apply("mul", *factors, span=self.span(first))
        return self.longer_argument(argument, start, word, first)

    def another_factor(self, factors: list[Term], start: Token, word: str, first: int) -> bool:
        """Does the next factor still belong to the argument?"""
        following = self.tok
        kind = following.kind
        if kind == "(":
            if self.i in self.relational:
                return False
            if factors == [factors[0]] and start.kind == "num" and self.tokens[self.i - 1] is start:
                return True
            span = Span(start.start, following.end)
            return self.site("argument_reach", self.i, f"the bracket after the argument of `{word}` is not part of it", span)
        if kind not in _ARGUMENT_FACTORS or following.mark == "text" or kind == "num" and not following.gap:
            return False
        if self.integrals and self.at_differential():
            return False
        span = Span(start.start, following.end)
        if start.kind in ("frac", "sqrt", "binom", "(", "[", "abs("):
            return self.site("argument_reach", self.i, f"only the first factor is read as the argument of `{word}`", span)
        run_on = not self.latex and not start.gap and self.tokens[first - 1].end == start.start and start.kind == "name" and kind == "name"
        alone = len(factors) == 1 and start.kind in ("num", "const") and self.tokens[self.i - 1] is start
        call = any(f.is_apply("call") for f in factors)
        if run_on and not following.gap:
            return not self.site("argument_reach", self.i, f"all letters after `{word}` are read as its argument", span)
        if alone or not following.gap and not call:
            return True
        if self.latex or call and not following.gap:
            return not self.site("argument_reach", self.i, f"the whole product is read as the argument of `{word}`", span)
        return self.site("argument_reach", self.i, f"the argument of `{word}` is read up to the space", span)

    def longer_argument(self, argument: Term, start: Token, word: str, first: int) -> Term:
        """`log p(x)/q(x)`, `sin x/2`, `sin 2*x`: the argument may go on after the sign."""
        t = self.tok
        if t.kind == "/" and t.text == "/":
            span = Span(start.start, t.end)
            ratio = argument.is_apply("call") and self.tokens[self.i + 1].kind == "name" and self.tokens[self.i + 2].kind in ("(", "_")
            note = f"the argument of `{word}` is read {'with' if ratio else 'without'} what follows /"
            if self.site("argument_slash", self.i, note, span) != ratio:
                self.i += 1
                return apply("div", argument, self.signed(), span=self.span(first))
        elif t.kind == "*" and argument.kind == "number" and t.text == "*" and self.tokens[self.i + 1].kind in ("name", "const"):
            if self.site("argument_star", self.i, f"the argument of `{word}` is read up to the `*`", Span(start.start, t.end)):
                self.i += 1
                return apply("mul", argument, self.signed(), span=self.span(first))
        return argument

    # ------------------------------------------------------------------------------------------------------------- called names

    def applied_name(self, base: Term, exponent: Term | None, first: int, t: Token) -> Term | None:
        """The name applied to the bracket at hand, or None where the bracket is a factor."""
        k, kind = self.i, self.tok.kind
        special = self.special_name(base, exponent, first, t, kind)
        if special is not None:
            return special
        if kind not in ("(", "["):
            return None
        if kind == "[":
            return self.square_call(base, exponent, first, t)
        if self.is_sequence(t.text) and exponent is None and self.is_short_index(k):
            return self.indexed(base, first)
        if base.is_apply("transpose") and not self.is_one_name(k) or not self.is_call(t, k):
            return None  # g^T (w - v) is a product
        density = self.vocabulary.is_density(t.text)
        self.in_density += density
        arguments = self.listed_arguments()
        self.in_density -= density
        return self.called(base, exponent, arguments, first)

    def called(self, base: Term, exponent: Term | None, arguments: tuple[Term, ...], first: int) -> Term:
        if exponent is not None and exponent.is_apply("neg") and exponent.args[0] == number(1):
            return apply("call", apply("inverse", base), *arguments, span=self.span(first))
        term = apply("call", base, *arguments, span=self.span(first))
        return term if exponent is None else apply("pow", term, exponent, span=self.span(first))

    def square_call(self, base: Term, exponent: Term | None, first: int, t: Token) -> Term | None:
        """`F[q]` applies a function; `x[i]` in typed text is an index."""
        k = self.i
        close = self.partner[k]
        if self.vocabulary.is_function(t.text):
            return self.called(base, exponent, self.listed_arguments(), first)
        if self.latex or self.tok.gap or exponent is not None or not self.is_short_index(k):
            return None
        if not self.is_array(base) and not self.is_sequence(t.text) and self.site(
                "square_index", k, "square brackets after a name are read as an index", Span(t.start, self.tokens[close].end)):
            return None
        return self.indexed(base, first)

    def is_sequence(self, name: str) -> bool:
        """Is the name declared to stand for a sequence?"""
        return name in self.vocabulary.sequences or "*" in self.vocabulary.sequences and self.vocabulary.knows(name)

    def is_short_index(self, k: int) -> bool:
        """Does the bracket at k hold what can be an index: a name or number, perhaps shifted (`t + 1`)?"""
        inside = self.tokens[k + 1:self.partner[k]] if self.partner[k] - k <= 4 else []
        short = len(inside) == 1 or len(inside) == 3 and inside[1].kind in ("+", "-") and inside[2].kind == "num"
        return short and inside[0].kind in ("name", "num", "const")

    def indexed(self, base: Term, first: int) -> Term:
        """The name with the bracket at hand as its index."""
        self.subscripts += 1
        entries = self.listed_arguments()
        self.subscripts -= 1
        return apply("index", base, *entries, span=self.span(first))

    def is_call(self, t: Token, k: int) -> bool:
        """Does the bracket at k hold arguments of the name?

        The vocabulary decides, then the form of the bracket, then the other places of the name.
        """
        name, vocabulary = t.text, self.vocabulary
        upright = t.mark in ("rm", "text") and len(name) > 1
        if (name == "O" or upright) and not vocabulary.knows(name):
            return True
        if vocabulary.knows(name) or t.mark == "word":
            inside = self.tokens[k + 1]
            of_function = self.partner[k] == k + 2 and inside.kind == "name" and vocabulary.knows(inside.text) and vocabulary.is_function(inside.text)
            return t.mark == "word" or vocabulary.is_function(name) or of_function
        close = self.partner[k]
        if close == k + 1 or not _ONLY_IN_ARGUMENTS.isdisjoint(self.kinds_in(k)):
            return True
        total, called, definite = self.places_of(name)
        inside = self.tokens[k + 1:close]
        defined = k < 40 and self.tokens[close + 1].kind == "rel" and self.tokens[close + 1].text in ("=", ":=") and not any(
            x.kind != "," and x.kind != "name" for x in self.tokens[:k] if x is not t) and len(inside) == 1 and inside[0].kind == "name"
        of_function = len(inside) == 1 and (vocabulary.is_function(inside[0].text) or self.places_of(inside[0].text)[2])
        if definite or defined or of_function or vocabulary.is_function(name) and total == called:
            return True
        bare = self.is_one_name(k)
        if not self.latex and self.tok.gap and name not in vocabulary.functions:
            bare = False
        span = Span(t.start, self.tokens[close].end)
        typed = self.text[span.start:span.end]
        if bare and vocabulary.is_density(name) and name != "pi":
            return True
        if total == called and (bare or self.bare_elsewhere(name)):
            if total > 1 or vocabulary.is_density(name) or len(name) > 5:
                return True
            if name[:1].isupper() and self.tokens[k + 1].kind == "name":
                return True
            coefficient = k >= 2 and self.tokens[k - 2].kind == "num" and not self.tokens[k - 1].gap
            number_only = inside[0].kind == "num" and coefficient
            return self.site("call", k, f"`{typed}` is read as {'a product' if number_only else 'a function of its argument'}", span) == number_only
        if name == "sigma" and total == called:
            return not self.site("call", k, f"`{typed}` is read as a function of its argument", span)
        shifted = name.isupper() and len(inside) == 3 and inside[1].kind in ("+", "-", "/") and inside[2].kind == "num"
        if bare or shifted or vocabulary.is_function(name):
            return self.site("call", k, f"`{typed}` is read as a product", span)
        return False

    def is_one_name(self, k: int) -> bool:
        """Does the bracket at k hold a single name or number, perhaps with scripts and primes?"""
        close = self.partner[k]
        k += 1
        if self.tokens[k].kind not in ("name", "num", "const", "dots"):
            return False
        k += 1
        while k < close and self.tokens[k].kind in ("_", "^", "'"):
            k = self.past(k + 1) if self.tokens[k].kind != "'" else k + 1
        return k == close

    def bare_elsewhere(self, name: str) -> bool:
        return name in self.called_bare

    def places_of(self, name: str) -> tuple[int, int, bool]:
        """How often the name stands in the text, how often before a bracket, and whether one of those brackets can only hold arguments."""
        if self.counts is None:
            self.count_names()
        return self.counts.get(name, (1, 1, False))

    def is_mention(self, k: int, j: int) -> bool:
        """Does the name between k and j stand alone where a function is only mentioned: an argument, below E, beside the bar of KL, after ~, in f ∘ g?"""
        before, after = self.tokens[k - 1], self.tokens[j]
        if "circ" in (before.kind, after.kind) or before.kind in ("dmid", "mid") or after.kind in ("dmid", "mid") or before.kind == "rel" and before.text == "~" or before.kind == "_":
            return True
        return before.kind in ("(", "[", "{", ",") and after.kind in (")", "]", "}", ",")

    def count_names(self) -> None:
        self.counts = {}
        tokens = self.tokens
        for k, t in enumerate(tokens):
            if t.kind not in ("name", "unknown"):
                continue
            j = k + 1
            while tokens[j].kind in ("_", "^", "'"):
                j = self.past(j + 1) if tokens[j].kind != "'" else j + 1
            total, called, definite = self.counts.get(t.text, (0, 0, False))
            before = tokens[j].kind == "("
            if not before and (any(x.kind == "'" for x in tokens[k + 1:j]) or self.is_mention(k, j)):
                continue
            if before:
                inside = tokens[j + 1:self.partner[j]] if self.partner[j] - j < 12 else ()
                definite = definite or any(x.kind in ("mid", ",", ";") for x in inside) and not any(x.kind == "(" for x in inside)
                if len(inside) == 1 and inside[0].kind in ("name", "num"):
                    self.called_bare.add(t.text)
            self.counts[t.text] = (total + 1, called + before, definite)
