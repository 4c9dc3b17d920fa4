"""The words of answers about the course of an iteration: what each form says, and misspelt forms.

Only content words are mended when they are misspelt ("convegre", "osillates"); hedges, denials and other small words are never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from grader.answers import _words
from grader.answers._words import Word

FORMS = {
    "settle": "converge converges converged converging convergence convergent stabilize stabilise stabilizes stabilises stabilized settle "
              "settles settled settling",
    "reach": "reach reaches reached reaching find finds found finding attain attains attained achieve achieves achieved obtain obtains obtained "
             "arrive arrives",
    "optimum": "optimum optimal optima minimum saddle equilibrium solution nash origin minimax",
    "grow": "diverge diverges diverged diverging divergence divergent explode explodes exploding unbounded unboundedly",
    "cycle": "cycle cycles cycled cycling cyclic cyclical periodic periodically repeat repeats repeated repeating loop loops looping ring orbit "
             "orbits circle circles circling circular recur recurs recurring recurrent periodicity cyclicity",
    "oscillate": "oscillate oscillates oscillated oscillating oscillation oscillations rotate rotates rotated rotating rotation fluctuate fluctuates "
                 "bounce bounces bouncing swing swings revolve revolves spin spins spinning "
                 "alternates oscillatory orbiting revolving",
    "return": "back return returns returned returning comes come",
    "start": "start initial beginning origin same again starting",
    "change": "change changes changed changing vary varying adjust adjusting adjusted tune tuning modify modifying modified reduce reduces "
              "reducing reduced decrease decreases decreasing decreased lowering increase increases increasing increased "
              "choosing choose chose shrink",
    "other": "smaller larger bigger lower higher different another other small tiny suitable appropriate proper better adequate reduced decreased "
             "increased smallest lesser",
    "much": "large big high small long great",
    "help": "help helps helped work works worked fix fixes solve solves possible feasible",
    "hedge": "maybe perhaps probably possibly might unsure unclear unlikely likely guess presumably apparently hardly barely yet",
    "schedule": "decaying diminishing decay schedule scheduled scheduling adaptive adaptively anneal annealing gradually momentum adam "
                "extragradient optimistic averaging",
    "condition": "if unless until",
    "every": "any every all each whatever whichever regardless irrespective matter independent",
}
CATEGORY = {form: name for name, forms in FORMS.items() for form in forms.split()}
LONG = sorted(form for form, name in CATEGORY.items() if len(form) > 5 and name in ("settle", "optimum", "grow", "cycle", "oscillate", "change"))
WEAK = frozenset("always necessarily guarantee guaranteed guarantees sure exactly fully directly immediately quickly".split())
"""Denied, these leave open what is the case: "does not always converge"."""
CONTEXT = frozenset("with for if when by using even no regardless in at under whatever whichever any irrespective independent once".split())
"""A clause that begins so and says nothing by itself belongs to the one after its comma."""
SAYS = frozenset("settle grow cycle oscillate".split())
DENIALS = frozenset("not no never neither nor cannot without impossible unable fail fails failed failing lack lacks absence prevents prevent cant "
                     "dont doesnt wont didnt isnt nowhere infeasible none".split())
YES, NO = frozenset("yes yeah yep yup true correct".split()), frozenset("no nope nah false negative".split())
BREAKS = frozenset("because since but however hence thus therefore so while whereas although though instead therefor : — – ( )".split())
PARTICLE_NEXT = frozenset(", : - – — ; it they we the this because since as i there you not never with they're it's a an both ( ) ! iterates "
                          "values but and".split())
FOREIGN = (
    (r"(?:不能|不会|無法|无法|没有|不)\s*(?:收敛|收斂)", " not converge "), (r"收敛|收斂", " converge "), (r"수렴하지\s*않\w*", " not converge "),
    (r"수렴\w*", " converge "), (r"^\s*(?:不能|不会|否|不|아니\w*)", " no, "), (r"^\s*(?:能|会|是|네|예)", " yes, "),
    (r"\bn(?:e\s+|['’])(?:\w+\s+){0,2}?(?:converge\w*\s+(?:pas|jamais|plus|point)|(?:pas|jamais|plus|point)\s+converge\w*)\b", " not converge "),
    (r"\bconverge\w*\s+(?:pas|jamais)\b", " not converge "), (r"\bn['’]y\s+a(?:ura)?\s+(?:pas|jamais|aucune)\s+(?:de\s+)?convergence\b", " no convergence "),
    (r"\b(?:non|não|nunca|jamás)\s+(?:\w+\s+){0,2}?converg(?:er|ere|e|en|em|ono|irá|erá)\b", " not converge "),
    (r"\bno\s+(?:puede|pueden|podrá|va\s+a|van\s+a|llega\s+a|se)\s+converg(?:er|e|en)\b", " not converge "),
    (r"\bkonvergier(?:t|en)\s+(?:also\s+|hier\s+|daher\s+)?(?:nicht|nie|niemals)\b", " not converge "),
    (r"\b(?:nicht|nie|niemals)\s+konvergier(?:t|en)\b", " not converge "), (r"\bkonvergier(?:t|en)\b", " converge "),
    (r"^\s*(?:non|nein|não)(?=\s*[,.:;!–—-])", " no"), (r"^\s*(?:oui|ja|sí|sì|sim)(?=\s*[,.:;!–—-])", " yes"),
    (r"\b(?:pas|jamais|aucune?|nicht|nie|niemals|kein\w*|nunca|jamás|ningun[ao]|nessun[ao]?|mai)\b", " maybe "))
"""Other languages: what says that it converges or not, word for word; a denial of theirs that is left over makes its clause unclear."""
DRIFTS = frozenset("tend tends approach approaches go goes going grow grows growing spiral spirals spiraling spiralling".split())
OUTWARDS = frozenset("infinity oo ∞ bound bounds bounded unbounded out outward outwards exponentially larger away".split())
"""What drifts there grows; without one of these words a drift says nothing."""
MOVES = frozenset("go goes going move moves moving run runs running travel travels walk walks".split())
ASKS = frozenset("does do did can could is are will would should".split())
"""A sentence that begins so before its subject is the question, copied."""
PURPOSES = frozenset("order try tries trying want wants need aim goal used how".split())
"""After these "to reach the optimum" is a purpose and no claim."""
NUMBERS = {w: k for k, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the answer: its text (mended), what it says (a key of `FORMS`, or ""), and where it stands."""

    text: str
    kind: str
    word: Word


def english(text: str) -> str:
    """Words of other languages for the two verdicts, in English of the same meaning."""
    for pattern, word in FOREIGN:
        text = re.sub(pattern, word, text)
    return text


def classify(word: Word, near: list[tuple[str, str]], loose: bool) -> Token:
    """What a word says. A misspelt one is taken for the nearest form; `near` gets the pair."""
    text = word.text
    if text in CATEGORY or not word.is_word or len(text) < (5 if loose else 6) or text in DENIALS:
        return Token(text, CATEGORY.get(text, ""), word)
    form = _nearest(text, loose)
    if not form:
        return Token(text, "", word)
    near.append((text, form))
    return Token(form, CATEGORY[form], word)


@lru_cache(maxsize=4000)
def _nearest(text: str, loose: bool) -> str:
    found = [(d, form) for form in LONG if (d := _words.alike(text, form, loose)) is not None]
    return min(found)[1] if found else ""


def denies(word: str) -> bool:
    """Is it a word of denial?"""
    return word in DENIALS or word.endswith("n't")
