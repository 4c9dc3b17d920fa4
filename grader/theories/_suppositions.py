"""What a sentence supposes of random variables: "let X, Y be independent with mean 0 and variance 1", "X_i ~ N(0, 1) i.i.d.", "eps is independent
of f".

The formulas of the sentence are put aside and its words are compared with a few forms; what is understood becomes conditions in the language of
`replay.moments_terms` (laws, moments, independence) and definitions. A sentence with a word that matters and is not understood supposes nothing here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.model import Read
from grader.reading import Vocabulary, read
from grader.replay.moments_terms import law_of
from grader.term import Term, apply, binder, number, relation, symbol

PARTITION = re.compile(r"(?i)\bpartition|\bexhaustive\b")
WORDS_THAT_MATTER = re.compile(
    r"(?i)(?<!linearly )independen|i\.?\s?i\.?\s?d\b|uncorrelated|identically|zero[- ]mean|unit[- ]variance|\bmean\b|\bvariance\b"
        r"|\bpartition|\bexhaustive\b|random variable|distributed|\bdrawn\b|"
    r"markov chain|standard normal|nonnegative random")
OPENING = re.compile(r"(?i)^\W*(?:let|assume|assuming|suppose|given|where|with|for|here|setup|consider|fix|take|denote|and|also|we assume"
    r"|if|hypothes[ei]s|"
                     r"assumption)s?\b\s*:?")
SPEAKS = re.compile(r"\\(?:mathbb|mathrm|operatorname|text)\{(?:E|V|Var|Cov|KL|P|Bias)\}|\bE\s*[\[_(]|\bE_|\\E\b|Var\b|Cov\b|\\Pr\b"
    r"|\bP\s*\(|\bKL\b|\b[HI]\s*\([^()]*[;|,]|\\mathcal\{?\s*N|"
                    r"\b[pq](?:_\{?\\?\w+\}?)?\s*\([^()]*(?:\||\\mid|,)")
"""Does a line speak of means, variances, probabilities or laws?"""
REASONING = re.compile(r"(?i)^\W*(?:since|as|because|by|note|recall|we have|using|thus|so|then|hence|therefore)\b")
CONCLUDING = re.compile(r"(?i)^\W*(?:thus|so|then|hence|therefore|it follows|we (?:see|conclude|get|find)|this (?:shows|means|implies))\b")
A_LAW = re.compile(r"\\mathcal\{?\s*N\s*\}?|\\(?:mathrm|text|operatorname)\{(?:Bern|Ber|Unif|Exp|Poi|N)\w*\}|\b(?:N|Normal|Bern\w*|Ber"
    r"|Unif\w*|Poi\w*)\s*\(")
MOMENT = re.compile(r"^\s*(?:\\(?:mathbb|mathrm|operatorname|text)\{(?:E|V|Var|Cov)\}|E|Var|Cov)\s*(?:\\left|\\big|\\Big)?\s*[\[(]")
LAW_SIGN = re.compile(r"\\sim\b|\\overset\{[^{}]*\}\{\\sim\}|\\stackrel\{[^{}]*\}\{\\sim\}|(?<![~])~(?![~])")
IID = re.compile(r"(?i)i\.?\s?i\.?\s?d\.?(?![a-z])|independent(?:ly)? and identically distributed")


@dataclass
class Supposed:
    """Conditions and definitions of a sentence, and the names that it calls random."""

    conditions: list[Term] = field(default_factory=list)
    definitions: list[tuple[Term, Term]] = field(default_factory=list)
    random: list[Term] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    """Families of which it speaks member by member: X_i, "the entries of q"."""


def supposed(text: str, vocabulary: Vocabulary, *, reason: bool = False) -> Supposed | None:
    """What a line supposes, or None where it is no such sentence. With `reason`, the text is one ("since X and Y are independent")."""
    if len(text) > 600:
        return None
    words, formulas = _apart(text)
    plain = not formulas
    opens = bool(OPENING.search(words)) or reason
    matter = bool(WORDS_THAT_MATTER.search(words)) or any("\\perp" in f for f in formulas)
    matter = matter or opens and any(A_LAW.search(f) or MOMENT.search(f) for f in formulas)
    if plain and not matter and not (opens and LAW_SIGN.search(text)):
        return _bare_law(text, vocabulary)
    laws = [f for f in formulas if LAW_SIGN.search(f)] or plain and LAW_SIGN.search(text)
    if not matter and not laws or not opens and not _only_words(words):
        return None
    if plain:
        words, formulas = _apart(_with_dollars(text) if re.search(r"=|->|→", text) else text)
        words, formulas = _names_in_words(words, formulas)
    if CONCLUDING.search(words) and not reason:
        return None
    claims = [f for f in formulas if re.search(r"=|\\le|\\ge|<|>", f) and not LAW_SIGN.search(f)]
    if claims and not reason and (REASONING.search(words) or not opens and not laws):
        return None
    found = Supposed()
    understood = _partition(text, found) if PARTITION.search(words) else _sentence(words, formulas, vocabulary, found)
    return found if understood and (found.conditions or found.definitions or found.random) else None


def _apart(text: str) -> tuple[str, list[str]]:
    """The words with «k» in place of the k-th formula, and the formulas; commas between formulas of one pair of dollars part them."""
    formulas: list[str] = []

    def put(match: re.Match[str]) -> str:
        body = next(g for g in match.groups() if g is not None)
        parts = [p for p in _at_commas(body) if p.strip(" .,;")]
        marks = []
        for part in parts:
            formulas.append(part.strip(" .,;"))
            marks.append(f"«{len(formulas) - 1}»")
        return " , ".join(marks) or " "

    words = re.sub(r"\$\$(.+?)\$\$|\$(.+?)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", put, text)
    return re.sub(r"\\(?:text|textbf|mathrm|emph)\{([^{}]*)\}", r"\1", words), formulas


TO = r"\to "
_BETWEEN = re.compile(r"(?i)(?<![\w\\])((?:let|with|where|and|assum\w+|suppos\w+|that|for|be|are|is|i\.?i\.?d\.?|independent\w*|of|drawn|from|has|have|each|all"
                      r"|consider|given|take|if|so|then)(?![\w(])|[;.](?=\s|$)|,(?=\s))")


def _with_dollars(text: str) -> str:
    """A plain sentence with its equations and laws between dollars: "let z = m + s e with e ~ N(0, 1)". Commas inside brackets part nothing."""
    depth, level = 0, []
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        level.append(depth)
    cuts = [(m.start(), m.end()) for m in _BETWEEN.finditer(text) if not level[m.start()] and text[:m.start()].count("{") == text[:m.start()].count("}")]
    made, last = [], 0
    for a, b in [*cuts, (len(text), len(text))]:
        piece = text[last:a]
        bare = piece.strip()
        formula = re.search(r"[=~]|\\sim\b|->|→", bare) and not re.search(r"(?<![\\\w])[A-Za-z]{4,}\s+[a-z]{2,}", bare)
        made.append(piece.replace(bare, f"${bare.replace('->', TO).replace('→', TO)}$") if formula else piece)
        made.append(text[a:b])
        last = b
    return "".join(made)


def _at_commas(body: str) -> list[str]:
    """The formula cut at commas that stand in no bracket, and at \\quad and "and"."""
    body = re.sub(r"\\(?:q?quad|;)|\\text\{\s*(?:and|with|,)\s*\}", ",", body)
    depth, cut, parts = 0, 0, []
    for k, c in enumerate(body):
        depth += (c in "([{") - (c in ")]}")
        if c in ",;" and depth <= 0 and not (k and body[k - 1] == "\\"):
            parts.append(body[cut:k])
            cut = k + 1
    parts.append(body[cut:])
    listed = [k for k, p in enumerate(parts) if "dots" in p or "..." in p]
    if listed and "=" not in body:  # X_1, ..., X_n
        return [body]
    return parts


def _only_words(words: str) -> bool:
    """Is nothing left that could be a step: no sign of a relation outside the formulas?"""
    return not re.search(r"[=<>]|\\(?:le|ge|leq|geq|implies|Rightarrow)\b", words)


def _names_in_words(words: str, formulas: list[str]) -> tuple[str, list[str]]:
    """Single letters (perhaps with an index) of a sentence without dollars are its formulas; so are equations such as E[X]=0."""
    formulas = list(formulas)

    def put(match: re.Match[str]) -> str:
        formulas.append(match.group(0))
        return f"«{len(formulas) - 1}»"

    letter = r"\\?[A-Za-z]+(?:_\{?\w+\}?)?"
    equation = r"(?:\\(?:mathbb|mathrm|operatorname)\{(?:E|Var|Cov)\}|E|Var|Cov)\s*[\[(][^\])]*[\])]\s*=\s*[-\w^/\\.]+"
    law = rf"{letter}\s*(?:~|\\sim)\s*(?:\\mathcal\{{N\}}|[A-Z][a-z]*)\s*\([^()]*\)"
    single = r"(?<![\w\\.'-])(?:\\(?:epsilon|varepsilon|xi|eta|mu|sigma)|[A-Zb-hj-z](?![\w'.-])|[A-Za-z]_\{?\w+\}?|eps)(?:\^2)?"
    return re.sub(f"{equation}|{law}|{single}|(?<=mean )-?\\d+|(?<=variance )-?\\d+(?:/\\d+)?", put, words), formulas


def _bare_law(text: str, vocabulary: Vocabulary) -> Supposed | None:
    """A line that is nothing but "X ~ N(0, 1)"."""
    if not LAW_SIGN.search(text) or re.search(r"=|\\le|\\ge|<|>", text.replace("\\left", "").replace("\\right", "")):
        return None
    found = Supposed()
    return found if _law(text.strip(" .,;$"), vocabulary, found, bool(IID.search(text))) else None


def _term(text: str, vocabulary: Vocabulary) -> Term | None:
    reading = read(text, vocabulary)
    return reading.term if isinstance(reading, Read) and not reading.proposed else None


def _sentence(words: str, formulas: list[str], vocabulary: Vocabulary, found: Supposed) -> bool:
    """Take a sentence apart. False where something in it is not understood."""
    iid = bool(IID.search(words)) or any(IID.search(f) for f in formulas)
    names: list[int] = []
    for k, formula in enumerate(formulas):
        if LAW_SIGN.search(formula):
            if not _law(formula, vocabulary, found, iid):
                return False
        elif re.search(r"=|\\perp|\\le|\\ge|<|>|\\to\b|\\rightarrow", formula):
            if not _relation(formula, vocabulary, found):
                return False
        else:
            names.append(k)
    return _words(words, names, formulas, vocabulary, found, iid)


def _law(formula: str, vocabulary: Vocabulary, found: Supposed, iid: bool) -> bool:
    left, right = LAW_SIGN.split(formula, maxsplit=1)
    drawn = _term(re.sub(r"^\s*\\?\{|\\?\}(?:_\{[^}]*\}\^\S+)?\s*$", "", left) if left.strip().startswith("\\{") else left, vocabulary)
    law = _term(right.strip().rstrip(".,;"), vocabulary)
    if drawn is None or law is None:
        return False
    if law.is_apply("mul", 2) and law.args[0].kind == "symbol":  # Bern(1 - p)
        law = apply("call", law.args[0], law.args[1])
    elif law.is_apply("exp", 1) or law.is_apply("binomial", 2):
        law = apply("call", symbol("Exp" if law.name == "exp" else "Binomial"), *law.args)
    found.conditions.append(relation("~", drawn, law))
    found.definitions += _averages(drawn)
    names = families(drawn)
    found.random += names
    found.members += [n.name for n in names if n.kind == "symbol" and drawn.kind != "symbol"]
    if iid:
        found.conditions += [apply("call", symbol(w), *names) for w in ("independent", "identical")]
    return bool(names)


def families(term: Term) -> list[Term]:
    """The variables that a term lists, without their indices: X, the family of X_i, hat f."""
    if term.kind == "symbol" or term.kind == "apply" and term.name in ("hat", "bar", "tilde", "prime", "star"):
        return [term]
    if term.kind == "apply" and term.name in ("index", "vec", "transpose", "call"):
        return families(term.args[0])
    if term.kind == "tuple":
        return list(dict.fromkeys([n for a in term.args for n in families(a)]))
    return []


def _averages(term: Term) -> list[tuple[Term, Term]]:
    """What X with a bar is where X_1, ..., X_n are listed: their average."""
    ends = [a for a in term.args if a.is_apply("index", 2)] if term.kind == "tuple" and any(a.kind == "text" for a in term.args) else []
    if len(ends) < 2 or ends[0].args[1] != number(1) or ends[0].args[0] != ends[-1].args[0]:
        return []
    family, count, i = ends[0].args[0], ends[-1].args[1], symbol("i")
    return [(apply("bar", family), apply("div", binder("sum", (i,), apply("index", family, i), number(1), count), count))]


def subjects(term: Term) -> list[Term]:
    """The variables that a term lists, one member for each family: X, X_i, hat f."""
    if term.kind != "tuple":
        return [term] if families(term) else []
    parts = [a for a in term.args if a.kind != "text"]
    if len(parts) < len(term.args) and all(a.is_apply("index", 2) and a.args[0] == parts[0].args[0] for a in parts):
        return [apply("index", parts[0].args[0], symbol("i"))]
    return [t for a in parts for t in subjects(a)]


def _relation(formula: str, vocabulary: Vocabulary, found: Supposed) -> bool:
    term = _term(formula, vocabulary)
    if term is None or term.kind != "relation":
        return False
    if term.signs == ("perp", "divides"):
        term = relation("perp", term.args[0], apply("given", *term.args[1:]))
    left = term.args[0]
    if "perp" in term.signs:
        found.random += [n for a in term.args for n in families(a.args[0] if a.is_apply("given") else a)]
    elif term.signs == ("=",) and left.kind == "apply" and left.name in ("expectation", "variance", "covariance"):
        bare = [a.args[0] if left.name == "expectation" and a.is_apply("pow", 2) and a.args[1] == number(2) else a for a in left.args]
        if not all(families(a) and a.kind != "tuple" for a in bare):
            return False  # a claim about something composed is no hypothesis
        found.random += [n for a in bare for n in families(a)]
        found.members += [a.args[0].name for a in bare if a.is_apply("index") and a.args[0].kind == "symbol"]
    elif term.signs == ("=",) and families(left) == [left] and not A_LAW.search(formula):
        found.definitions.append((left, term.args[1]))
        return True
    found.conditions.append(term)
    return True


def _partition(text: str, found: Supposed) -> bool:
    """B_1, ..., B_n, or {B_i}_{i=1}^n, of which just one occurs."""
    listed = _PARTS.search(text)
    if listed is None:
        return False
    letter, end = listed.group(1) or listed.group(3), listed.group(2) or listed.group(4)
    found.conditions.append(apply("call", symbol("partition"), symbol(letter), number(int(end)) if end.isdigit() else symbol(end)))
    return True


_PARTS = re.compile(r"([A-Z])_\{?1\}?\s*,[^$=]*?,\s*\1_\{?(\w)\}?(?![\w,])|([A-Z])_\{?[ijk]\}?\s*\\?[})]\s*_\{?[ijk]\s*=\s*1\}?\s*\^\{?(\w)\}?")
NUMBER = {"zero": "0", "unit": "1", "one": "1"}


def _words(words: str, names: list[int], formulas: list[str], vocabulary: Vocabulary, found: Supposed, iid: bool) -> bool:
    """The words: what is said of the named variables."""
    values: dict[str, str] = {}
    taken: set[int] = set()
    for what, pattern in (("mean", r"(?:mean|expectation|expected value)"), ("variance", r"variance"), ("deviation", r"standard deviation")):
        after = re.search(rf"(?i){pattern}\s*(?:of|is|equal to|=)?\s*(?:«(\d+)»|(-?\d+(?:/\d+)?)\b|(zero|one)\b)", words)
        before = re.search(rf"(?i)\b(zero|unit|0)[- ]{pattern}", words)
        if after and after.group(1):
            if int(after.group(1)) not in names:
                return False
            taken.add(int(after.group(1)))
            values[what] = formulas[int(after.group(1))]
        elif after:
            values[what] = after.group(2) or NUMBER[after.group(3).lower()]
        elif before:
            values[what] = NUMBER.get(before.group(1).lower(), before.group(1))
        if len(re.findall(rf"(?i)(?:^|[^-\w]){pattern}", words)) > 1:
            return False  # of several variables, one after the other
        elif re.search(rf"(?i)\b{pattern}",
                words) and what not in values and not re.search(rf"(?i)(?:finite|common|same|bounded|low|high)\s+{pattern}", words):
            return False
    split = re.search(r"(?i)(?:conditionally |mutually )?independent (?:of|from)([^«]*)((?:«\d+»(?:\s*(?:,|and)\s*)*)+)", words)
    other = {int(k) for k in re.findall(r"«(\d+)»", split.group(2))} if split else set()
    laws = [t for k in names if (t := _term(formulas[k], vocabulary)) is not None and law_of(t) is not None]
    fixed = re.search(r"(?i)((?:«\d+»(?:\s*(?:,|and)\s*)*)+)\s*(?:be|are|is)\s*(?:an?\s+)?(?:\w+\s+)?(?:constants?|fixed|deterministic"
        r"|scalars?|numbers?)\b", words)
    taken |= {int(k) for k in re.findall(r"«(\d+)»", fixed.group(1))} if fixed else set()
    listed = [(k, t) for k in names if k not in taken and (t := _term(formulas[k], vocabulary)) is not None and law_of(t) is None]
    found.definitions += [d for _, t in listed for d in _averages(t)]
    own = list(dict.fromkeys([m for k, t in listed if k not in other for m in subjects(t)]))
    terms = list(dict.fromkeys([*own, *[m for k, t in listed if k in other for m in subjects(t)]]))
    bases = list(dict.fromkeys([n for t in terms for n in families(t)]))
    if re.search(r"(?i)\b(entries|components|elements|coordinates)\b", words):  # of vectors
        own = [apply("index", t, symbol("i")) if t.kind == "symbol" else t for t in own]
    every = re.search(r"(?i)\b(entries|components|elements|coordinates|they|all|everything|samples|variables|two)\b", words)
    if not bases and every and (values or re.search(r"(?i)independent", words) or iid):
        bases = own = [symbol("entries")]
    found.random += [b for b in bases if b != symbol("entries")]
    found.members += [t.args[0].name for t in (*own, *terms) if t.is_apply("index") and t.args[0].kind == "symbol"]
    if re.search(r"(?i)\bnot (?:\w+ )?independent|(?<!in)dependent", words):
        return False
    if re.search(r"(?i)given\s*«(\d+)»", words) and re.search(r"(?i)conditionally independent", words) and len(terms) >= 3:
        found.conditions.append(relation("perp", terms[0], apply("given", terms[1], terms[2])))
        return True
    if re.search(r"(?i)uncorrelated", words):
        found.conditions += [relation("=", apply("covariance", a, b), number(0)) for i, a in enumerate(bases) for b in bases[i + 1:]]
    if re.search(r"(?i)pairwise", words) and len(bases) > 2:
        found.conditions += [relation("perp", a, b) for i, a in enumerate(bases) for b in bases[i + 1:]]
    elif re.search(r"(?i)independen", words) or iid:
        beside = found.random if split and not own else []  # "m ~ Bern(p) independent of x"
        drawn = list(dict.fromkeys([*beside, *bases, *([] if bases else found.random)])) or [symbol("entries")]
        first = list(dict.fromkeys([n for t in own for n in families(t)]))
        rest = [b for b in bases if b not in first]
        if rest and len(bases) > 2:  # X is independent of Y and of Z: Y and Z may depend on each other
            found.conditions += [relation("perp", a, b) for a in first for b in rest]
            return _said_of(words, own, values, vocabulary, found)
        if not (iid and found.conditions and not bases):
            found.conditions.append(apply("call", symbol("independent"), *drawn))
        if iid and bases:
            found.conditions.append(apply("call", symbol("identical"), *bases))
    return _said_of(words, own, values, vocabulary, found, laws)


def _said_of(words: str, own: list[Term], values: dict[str, str], vocabulary: Vocabulary, found: Supposed, laws: list[Term] | None = None) -> bool:
    """Laws, moments and signs of the variables that a sentence is about."""
    laws = laws or []
    if len(laws) == 1:  # "be i.i.d. N(0, 1)"
        found.conditions += [relation("~", t, laws[0]) for t in own]
    if re.search(r"(?i)standard (?:normal|gaussian)", words):
        found.conditions += [relation("~", t, apply("call", symbol("N"), number(0), number(1))) for t in own]
    for what, text in values.items():
        value = _term(text, vocabulary)
        if value is None:
            return False
        for t in own:
            head = "expectation" if what == "mean" else "variance"
            found.conditions.append(relation("=", apply(head, t), apply("pow", value, number(2)) if what == "deviation" else value))
    if re.search(r"(?i)non-?negative", words):
        found.conditions += [relation(">=", t, number(0)) for t in own]
    elif re.search(r"(?i)\bpositive\b", words):
        found.conditions += [relation(">", t, number(0)) for t in own]
    return True


def told(lines: tuple[str, ...], vocabulary: Vocabulary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines with sentences blanked that only suppose something of random variables; and the sentences themselves, with others that speak of
    such."""
    if not any(SPEAKS.search(line) for line in lines):
        return lines, ()
    kept, words = [], []
    for line in lines:
        for a, b in _sentences(line):
            sentence = line[a:b]
            found = supposed(sentence, vocabulary)
            if found is not None:
                words.append(sentence)
                line = line[:a] + " " * (b - a) + line[b:]
            elif (hypothesis := _hypothesis_of(sentence)) is not None and supposed(hypothesis, vocabulary) is not None:
                words.append(hypothesis)
                line = line[:b - len(hypothesis)] + " " * len(hypothesis) + line[b:]
            elif (laws := _topic(sentence)) is not None and supposed(laws, vocabulary) is not None:
                words.append(laws)
            elif WORDS_THAT_MATTER.search(_apart(sentence)[0]) and (OPENING.search(sentence) or _SAYS.search(sentence) and
                                                                    not re.search(r"=|\\le|\\ge|[<>]", sentence)):
                words.append(sentence)
        kept.append(line if line.strip() else "")
    return tuple(kept), tuple(words)


_SAYS = re.compile(r"(?i)\b(?:is|are|be|have|has|with|assum\w+|suppos\w+|independen\w*|i\.?i\.?d|drawn|distributed)\b")
"""What a heading such as "Bias-variance decomposition" lacks."""
_SENTENCE_END = re.compile(r"\.(?=\s+(?:[A-Z]|\$|\\[(\[]|\*\*))")
_HYPOTHESIS = re.compile(r"(?i)^\W*(?:we (?:now )?(?:want to )?)?(?:show|prove|compute|find|derive|claim|calculate|verify|determine)\b.*?[\s,]"
                         r"(?=(?:when(?:ever)?|where|if|for|given(?: that)?|assuming(?: that)?|provided(?: that)?)\b)")
_TAIL = re.compile(r"(?<=[\s,$])(?:where|when(?:ever)?|if|for|given that|assuming(?: that)?|provided(?: that)?|since|because|as)\s+(?=[$\\A-Za-z])(?=.*\b(?:are|is|have|has|be|being)\b)")
_A_TOPIC = re.compile(r"^[\s*_#]*(?:[A-Za-z-]+\s+)+«\d+»(?:\s+(?:and|,)?\s*(?:[a-z]+\s+)*«\d+»)*\s*[:.]?[\s*_]*$")


def _sentences(line: str) -> list[tuple[int, int]]:
    """Where the sentences of a line stand; a full stop within a formula ends none."""
    ends = [m.end() for m in _SENTENCE_END.finditer(line) if not (line.count("$", 0, m.start()) - line.count("\\$", 0, m.start())) % 2
            and not re.search(r"(?i)\b(?:i\.i\.d|i\.i|i|e\.g|i\.e|w\.r\.t|resp|cf|eq|vs)$", line[:m.start()])]
    cuts = [0, *ends, len(line)]
    return [(a, b) for a, b in zip(cuts, cuts[1:]) if line[a:b].strip()]


def _hypothesis_of(sentence: str) -> str | None:
    """What follows "when", "where" or "if" in a sentence that says what is to be shown."""
    found = _HYPOTHESIS.match(sentence)
    if found is None:  # "Var(X + Y) = 2, where X and Y are independent"
        tails = [m.start() for m in _TAIL.finditer(sentence) if sentence[:m.start()].count("$") % 2 == 0]
        return sentence[tails[-1]:] if tails and WORDS_THAT_MATTER.search(_apart(sentence[tails[-1]:])[0]) else None
    return sentence[found.end():] if found and sentence[:found.end()].count("$") % 2 == 0 else None


def _topic(sentence: str) -> str | None:
    """The laws of a heading that names them ("Entropy of a Gaussian $p = N(m, s^2)$:") as a sentence that supposes them."""
    words, formulas = _apart(sentence)
    if not formulas or not _A_TOPIC.match(words) or REASONING.search(words) or not all(A_LAW.search(f) and re.match(r"\s*\w+(?:\([^()]*\))?\s*(?:=|\\sim)", f) for f in formulas):
        return None
    return "Let " + " and ".join(f"${f}$" for f in formulas)
