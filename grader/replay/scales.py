"""Sums of scales, for the checker of attention limits: exact arithmetic and growth.

A *scale sum* is a finite sum of c * M with c rational and M a product of atoms to rational powers. Atoms:

- ("x", name): a letter; ("log", name): the logarithm of a positive letter;
- ("prime", p) to a power in (0, 1): a root of a number; ("ln", p): the logarithm of a prime; ("pi",);
- ("exp", M): e to the power M, where M is such a product without coefficient (coefficients are powers of the atom); ("exp", ()) is e;
- ("sum", items): a sum that is no product, as the base of a power.

Sums are normal: like products are collected, so that a difference of equal sums of this form is the empty sum. Two sums that differ in form may still
be equal as numbers (nobody knows all relations between logarithms and roots); nothing here concludes from a difference in form.

Growth: a `Modes` says of each letter which sign it has and whether it grows without bound, tends to 0, is a constant, stays bounded, or anything.
A product's class is read off letter by letter; for one growing letter the atoms are compared as exp(x^k), x, log x (Hardy, Orders of Infinity,
ch. III: each beats every power of the next). For several growing letters that are independent of each other, a product surely grows only if no
letter pulls it down: then it grows along every path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.kernel import Refused
from grader.replay.enclosure import Enclosures

Atom = tuple
Product = tuple  # ((atom, power), ...) sorted by `repr` of the atom

MAX_TERMS = 60
MAX_BITS = 2000
MAX_POWER = 12
MAX_NESTING = 3

GROWS, VANISHES, CONSTANT, BOUNDED, ANY = "grows", "vanishes", "constant", "bounded", "any"


@dataclass(frozen=True)
class Letter:
    """What is known of a letter: `sign` 1 (positive), -1 (negative) or 0 (not known), and its `size`, one of the words above.

    A letter that grows tends to plus or minus infinity by its sign; one that vanishes keeps its sign; a constant of known sign is not 0.
    """

    sign: int = 0
    size: str = ANY


Modes = Mapping[str, Letter]


@dataclass(frozen=True)
class Scales:
    """A scale sum: product -> coefficient, no coefficient 0."""

    terms: Mapping[Product, Fraction]

    @property
    def single(self) -> tuple[Product, Fraction] | None:
        """The one product and its coefficient, if there is just one."""
        return next(iter(self.terms.items())) if len(self.terms) == 1 else None

    def __add__(self, other: Scales) -> Scales:
        terms = dict(self.terms)
        for product, c in other.terms.items():
            terms[product] = terms.get(product, Fraction(0)) + c
        return _sum(terms)

    def __neg__(self) -> Scales:
        return Scales({p: -c for p, c in self.terms.items()})

    def __sub__(self, other: Scales) -> Scales:
        return self + -other

    def __mul__(self, other: Scales) -> Scales:
        if len(self.terms) * len(other.terms) > 20 * MAX_TERMS:
            raise Refused("a product of sums that is too long")
        terms: dict[Product, Fraction] = {}
        for p, c in self.terms.items():
            for q, d in other.terms.items():
                both, factor = join(p, q)
                terms[both] = terms.get(both, Fraction(0)) + c * d * factor
        return _sum(terms)


def constant(value: Fraction | int) -> Scales:
    """A rational number."""
    return Scales({(): Fraction(value)}) if value else Scales({})


def letter(name: str) -> Scales:
    """A letter by itself."""
    return Scales({((("x", name), Fraction(1)),): Fraction(1)})


PI = Scales({((("pi",), Fraction(1)),): Fraction(1)})


def _sum(terms: dict[Product, Fraction]) -> Scales:
    kept = {p: c for p, c in terms.items() if c}
    if len(kept) > MAX_TERMS:
        raise Refused("a sum that is too long")
    if any(c.numerator.bit_length() + c.denominator.bit_length() > MAX_BITS for c in kept.values()):
        raise Refused("a number that is too long")
    return Scales(kept)


def join(p: Product, q: Product) -> tuple[Product, Fraction]:
    """The product of two products, and the rational factor that comes out of roots."""
    powers: dict[Atom, Fraction] = dict(p)
    for atom, e in q:
        powers[atom] = powers.get(atom, Fraction(0)) + e
    return _product(powers)


def _product(powers: Mapping[Atom, Fraction]) -> tuple[Product, Fraction]:
    factor, kept = Fraction(1), []
    for atom, e in powers.items():
        if atom[0] == "prime":
            whole = e.numerator // e.denominator
            if abs(whole) > MAX_BITS:
                raise Refused("a number that is too long")
            factor *= Fraction(atom[1]) ** whole
            e -= whole
        if e:
            kept.append((atom, e))
    return tuple(sorted(kept, key=repr)), factor


def power(base: Scales, exponent: Fraction, modes: Modes) -> Scales:
    """base ^ exponent. Fails (`Refused`) for 0 to a power that is not positive, and where the base's sign is needed and not known."""
    if not base.terms:
        if exponent <= 0:
            raise Refused("zero to a power that is not positive")
        return base
    if exponent.denominator == 1 and 0 <= exponent <= MAX_POWER:
        made = constant(1)
        for _ in range(int(exponent)):
            made = made * base
        return made
    if base.single is None:
        if exponent.denominator != 1 and not surely_positive(base, modes):
            raise Refused("a root of a sum whose sign is not known")
        if not surely_positive(base, modes) and not surely_positive(-base, modes):
            raise Refused("division by a sum that may be zero")
        items = tuple(sorted(base.terms.items(), key=repr))
        return Scales({((("sum", items), exponent),): Fraction(1)})
    product, c = base.single
    sign = sign_of(product, modes)
    if any(e.denominator != 1 and atom[0] == "x" for atom, e in product) or exponent.denominator != 1:
        if c * sign <= 0 or any(atom[0] == "x" and sign_of(((atom, Fraction(1)),), modes) <= 0 for atom, _ in product):
            raise Refused("a root of something that may be negative")
    if exponent < 0 and sign == 0:
        raise Refused("division by something that may be zero")
    whole, factor = _product({atom: e * exponent for atom, e in product})
    return Scales({whole: factor}) * _number_power(c, exponent)


def _number_power(c: Fraction, exponent: Fraction) -> Scales:
    if exponent.denominator == 1:
        if abs(exponent) * (c.numerator.bit_length() + c.denominator.bit_length()) > MAX_BITS:
            raise Refused("a number that is too long")
        return constant(c ** int(exponent))
    powers = {("prime", p): e * exponent for p, e in factors(c).items()}
    product, factor = _product(powers)
    return Scales({product: factor})


def factors(c: Fraction) -> dict[int, int]:
    """Prime factors of a positive fraction, each with its (perhaps negative) power. Fails where a factor above 10^4 remains that is not prime."""
    found: dict[int, int] = {}
    for part, sign in ((c.numerator, 1), (c.denominator, -1)):
        p = 2
        while p * p <= part and p <= 10**4:
            while part % p == 0:
                found[p] = found.get(p, 0) + sign
                part //= p
            p += 1
        if part > 10**8:
            raise Refused("a number that is too long to be factored")
        if part > 1:
            found[part] = found.get(part, 0) + sign
    return found


def exp(x: Scales) -> Scales:
    """e ^ x."""
    made = constant(1)
    for product, c in x.terms.items():
        head = product[0] if len(product) == 1 and product[0][1] == 1 else None
        if head and head[0][0] == "log":
            made = made * Scales({((("x", head[0][1]), c),): Fraction(1)})
        elif head and head[0][0] == "ln":
            whole, factor = _product({("prime", head[0][1]): c})
            made = made * Scales({whole: factor})
        else:
            if _nesting(product) >= MAX_NESTING:
                raise Refused("exponentials nested too deep")
            made = made * Scales({((("exp", product), c),): Fraction(1)})
    return made


def _nesting(product: Product) -> int:
    return max((1 + _nesting(atom[1]) for atom, _ in product if atom[0] == "exp"), default=0)


def log(x: Scales, modes: Modes) -> Scales:
    """Natural logarithm of a single positive product. Fails on sums, on logarithms of logarithms, and where the sign is not known."""
    if x.single is None:
        raise Refused("the logarithm of a sum")
    product, c = x.single
    if c <= 0:
        raise Refused("the logarithm of something that may not be positive")
    made = Scales({((("ln", p), Fraction(1)),): Fraction(e) for p, e in factors(c).items()})
    for atom, e in product:
        if atom[0] == "x" and sign_of(((atom, Fraction(1)),), modes) > 0:
            made = made + Scales({((("log", atom[1]), Fraction(1)),): e})
        elif atom[0] == "exp":
            made = made + Scales({atom[1]: e})
        elif atom[0] == "prime":
            made = made + Scales({((("ln", atom[1]), Fraction(1)),): e})
        else:
            raise Refused("a logarithm that is not known here")
    return made


# ---------------------------------------------------------------------------------------------------------------- growth


def sign_of(product: Product, modes: Modes) -> int:
    """1 or -1 where the product's sign is known for certain, else 0."""
    sign = 1
    for atom, e in product:
        if atom[0] == "x":
            known = modes.get(atom[1], Letter()).sign
            if known < 0 and e.denominator != 1:
                return 0
            sign *= known if e.numerator % 2 or e.denominator != 1 else abs(known)
        elif atom[0] == "log":
            sign *= 1 if modes.get(atom[1], Letter()) == Letter(1, GROWS) else 0  # from some point on
        elif atom[0] == "sum":
            base = Scales(dict(atom[1]))
            sign *= 1 if surely_positive(base, modes) else -1 if surely_positive(-base, modes) and e.denominator == 1 and e.numerator % 2 else 0
    return sign


def surely_positive(x: Scales, modes: Modes) -> bool:
    """Is the sum positive by the signs of its terms, or of the form c n - d with n at least its declared lower bound?"""
    signs = [sign_of(p, modes) * (1 if c > 0 else -1) for p, c in x.terms.items()]
    if signs and all(s > 0 for s in signs):
        return True
    rest = x.terms.get((), Fraction(0))
    for product, c in x.terms.items():
        if len(x.terms) == 2 and rest < 0 < c and len(product) == 1 and product[0][0][0] == "x" and product[0][1] == 1:
            lowest = getattr(modes.get(product[0][0][1]), "lowest", None)
            return lowest is not None and c * lowest + rest > 0
    return False


@dataclass(frozen=True)
class Count(Letter):
    """A letter for a whole number that is constant and at least `lowest` >= 1."""

    lowest: int = 1


def size_of(product: Product, modes: Modes) -> str:
    """GROWS (its absolute value tends to infinity along every path), VANISHES, CONSTANT (between two positive bounds), BOUNDED, or ANY."""
    classes = set()
    letters: dict[str, dict[tuple, list[Fraction]]] = {}
    for atom, e in product:
        kind, owner, rank = _rank(atom, modes)
        if owner is not None:
            letters.setdefault(owner, {}).setdefault(rank, []).append(e if kind == GROWS else -e)
        else:
            classes.add(kind if e > 0 or kind == CONSTANT else ANY)
    for ranks in letters.values():
        lead = ranks[max(ranks)]
        if all(e > 0 for e in lead):
            classes.add(GROWS)
        else:
            classes.add(VANISHES if all(e < 0 for e in lead) else ANY)
    if not classes <= {GROWS, VANISHES, CONSTANT, BOUNDED} or GROWS in classes and classes & {VANISHES, BOUNDED}:
        return ANY
    return next((c for c in (GROWS, VANISHES, BOUNDED) if c in classes), CONSTANT)


def _rank(atom: Atom, modes: Modes) -> tuple[str, str | None, tuple]:
    """(class, letter, rank): for an atom that grows or vanishes with one letter, its place among that letter's atoms; else (class, None, ())."""
    if atom[0] in ("prime", "ln", "pi"):
        return CONSTANT, None, ()
    if atom[0] == "sum":
        return (CONSTANT if is_steady(atom, modes) else ANY), None, ()
    if atom[0] == "x":
        mode = modes.get(atom[1], Letter())
        if mode.size in (GROWS, VANISHES) and mode.sign:
            return mode.size, atom[1], (1,)
        if mode.size == CONSTANT:
            return (CONSTANT if mode.sign else BOUNDED), None, ()
        return mode.size if mode.size == BOUNDED else ANY, None, ()
    if atom[0] == "log":
        mode = modes.get(atom[1], Letter())
        if mode == Letter(1, GROWS):
            return GROWS, atom[1], (0,)
        return BOUNDED if mode.size == CONSTANT and mode.sign > 0 else ANY, None, ()
    inner = atom[1]
    inside = size_of(inner, modes)
    if inside in (CONSTANT, BOUNDED, VANISHES):
        return CONSTANT, None, ()
    moving = [(a, e) for a, e in inner if not is_steady(a, modes)]
    if inside != GROWS or not sign_of(inner, modes) or len(moving) != 1 or moving[0][0][0] != "x":
        return ANY, None, ()
    return (GROWS if sign_of(inner, modes) > 0 else VANISHES), moving[0][0][1], (2, abs(moving[0][1]))


def is_steady(atom: Atom, modes: Modes) -> bool:
    """Is the atom a constant that is not 0?"""
    if atom[0] in ("x", "log"):
        mode = modes.get(atom[1], Letter())
        return mode.size == CONSTANT and mode.sign != 0 and atom[0] == "x"
    if atom[0] == "exp":
        return all(is_steady(a, modes) for a, _ in atom[1])
    if atom[0] == "sum":
        base = Scales(dict(atom[1]))
        return all(is_steady(a, modes) for p in base.terms for a, _ in p) and (surely_positive(base, modes) or surely_positive(-base, modes))
    return True


# ---------------------------------------------------------------------------------------------------- one growing letter


def limit(x: Scales, modes: Modes, digits: int = 40) -> tuple[str, Scales]:
    """("oo" | "-oo", ...) or ("to", the constant it tends to), for a sum in one growing letter. Fails (`Refused`) where that is not clear."""
    groups: dict[Product, dict[Product, Fraction]] = {}
    for product, c in x.terms.items():
        steady = tuple((a, e) for a, e in product if is_steady(a, modes))
        moving = tuple((a, e) for a, e in product if (a, e) not in steady)
        groups.setdefault(moving, {})[steady] = c
    live = {m: Scales(g) for m, g in groups.items() if size_of(m, modes) != VANISHES}
    if not live:
        return "to", constant(0)
    if set(live) == {()}:
        return "to", live[()]
    for lead, coefficient in live.items():
        if size_of(lead, modes) != GROWS:
            continue
        others = [m for m in live if m != lead]
        if all(size_of(join(m, tuple((a, -e) for a, e in lead))[0], modes) == VANISHES for m in others):
            sign = sign_of(lead, modes) * sign_of_constant(coefficient, modes, digits)
            if sign:
                return ("oo" if sign > 0 else "-oo"), coefficient
    raise Refused("a limit that is not clear")


def sign_of_constant(x: Scales, modes: Modes, digits: int = 40) -> int:
    """Sign of a sum of constants by interval arithmetic; 0 only for the empty sum. Fails (`Refused`) where the digits do not tell."""
    if not x.terms:
        return 0
    arithmetic = Enclosures(digits)
    try:
        sign = arithmetic.sign(enclose(x, {}, arithmetic))
    except ArithmeticError as error:
        raise Refused(f"a sign that is not clear: {error}") from error
    if sign == 0:
        raise Refused("a sum of constants that vanishes without showing it")
    return sign


def enclose(x: Scales, at: Mapping[str, Fraction], arithmetic: Enclosures):
    """An enclosure of the value where the letters are the given numbers. Fails with an `ArithmeticError` where there is none."""
    total = Fraction(0)
    for product, c in x.terms.items():
        value = c
        for atom, e in product:
            value = arithmetic.mul(value, _enclose_power(atom, e, at, arithmetic))
        total = arithmetic.add(total, value)
    return total


def _enclose_power(atom: Atom, e: Fraction, at: Mapping[str, Fraction], arithmetic: Enclosures):
    if atom[0] == "exp":
        return arithmetic.exp(arithmetic.mul(e, enclose(Scales({atom[1]: Fraction(1)}), at, arithmetic)))
    base: object
    if atom[0] == "x":
        base = _given(atom[1], at)
    elif atom[0] == "log":
        base = arithmetic.log(_given(atom[1], at))
    elif atom[0] == "ln":
        base = arithmetic.log(Fraction(atom[1]))
    elif atom[0] == "pi":
        base = arithmetic.pi()
    elif atom[0] == "prime":
        base = Fraction(atom[1])
    else:
        base = enclose(Scales(dict(atom[1])), at, arithmetic)
    if e.denominator == 1:
        return arithmetic.power(base, int(e))
    return arithmetic.power(arithmetic.root(base, e.denominator), e.numerator)


def _given(name: str, at: Mapping[str, Fraction]) -> Fraction:
    if name not in at:
        raise Refused(f"no value for {name}")
    return at[name]
