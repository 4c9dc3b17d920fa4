"""A small course for the tests of intake: four problems with the labels that the real ones have, their parts without anything to decide."""

from __future__ import annotations

from fractions import Fraction

from grader.domain import Domain
from grader.intake.labels import Book
from grader.model import Part, Problem, Rubric, Submission, Symbol

ONE = Fraction(1)
MODELS = (("rnn", "RNN|recurrent network"), ("transformer", "Transformer"))
COSTS = (("time", "time"), ("space", "space|memory"))
MOMENTS = (("train", "train|training"), ("test", "test|inference"))
LENGTHS = tuple(Symbol(n, Domain.parse("integer > 0"), words, spellings) for n, words, spellings in (
    ("t", ("sequence length", "length of the sequence", "number of tokens"), ("T",)), ("n", ("number of neurons", "neurons per layer", "width", "hidden size"), ("N",)),
    ("l", ("number of layers", "depth"), ("L",))))


def part(id: str, kind: str, heads: tuple[str, ...], *tails: tuple[str, ...], ask: str = "", symbols: tuple[Symbol, ...] = (), rubric: tuple[str, ...] = ()) -> Part:
    """A part under each of the problem's labels."""
    paths = tuple((head, *tail) for head in heads for tail in tails)
    return Part(id, kind, ONE, ask=ask, symbols=symbols, labels=paths, rubric=tuple(Rubric(text, ONE) for text in rubric))


def complexity() -> Problem:
    heads = ("1", "Question 1", "Sequence models")
    ask = "Give the time and space complexity of an RNN and of a Transformer, at training and at test time."
    fields = [part(f"1a.{m}-{c}-{w}", "growth_order", heads, ("a", ml, cl, wl), ask=ask, symbols=LENGTHS)
              for m, ml in MODELS for c, cl in COSTS for w, wl in MOMENTS]
    rest = [part("1b", "condition", heads, ("b",), ask="When is the RNN faster than the Transformer?", symbols=LENGTHS),
            part("1c", "prose", heads, ("c",), ask="Why does a Transformer train faster on long sequences, although each of its layers looks across all tokens?",
                 rubric=("During training all tokens of a layer are computed at the same time.",)),
            part("1d", "choice", heads, ("d",), ask="Which sub-layers do not mix tokens, and why does that make them parallel?"),
            part("1d.why", "prose", heads, ("d",), ("d", "why"), ask="Which sub-layers do not mix tokens, and why does that make them parallel?")]
    return Problem("complexity", "Sequence models and what they cost", (*fields, *rest), "d1", labels=heads)


def attention() -> Problem:
    heads = ("2", "Question 2", "Attention")
    symbols = tuple(Symbol(n) for n in "z q k v m i j a b".split())
    return Problem("attention", "Attention as a soft look-up", (
        part("2a", "limit_condition", heads, ("a",), ask="z = Σ_i α_i v_i with α = softmax(k_iᵀ q). What makes z ≈ v_j?", symbols=symbols),
        part("2b", "construction", heads, ("b",), ask="The keys have norm 1 and are orthogonal to each other. Give a query q with z ≈ (v_a + v_b)/2.", symbols=symbols)), "d2", labels=heads)


def elbo() -> Problem:
    heads = ("4", "Question 4", "ELBO|evidence lower bound")
    symbols = tuple(Symbol(n) for n in "x z p q L".split())
    return Problem("elbo", "The evidence lower bound", (
        part("4a", "derivation", heads, ("a",), ask="L(q) = ∫ q(z|x) log [p(x,z) / q(z|x)] dz. Show, line by line, that L(q) = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)).", symbols=symbols),
        part("4b", "prose", heads, ("b",), ask="What do the two terms mean?", symbols=symbols,
             rubric=("The first is the reconstruction term: how well x is explained.", "KL measures how much the two differ."))), "d4", labels=heads)


def minimax() -> Problem:
    heads = ("5", "Question 5", "Minimax|GAN")
    symbols = (Symbol("p"), Symbol("q"), Symbol("t"), Symbol("eta", words=("step size", "learning rate")))
    ask = ("min over p, max over q of f(p, q) = p q. From p₀ = q₀ = 1 take alternating gradient steps with step size 1: first q, then p with the new q. "
           "State the update rules and fill in six steps.")
    return Problem("minimax", "Alternating gradient steps on f(p, q) = p q", (
        part("5a.rules", "update_rule", heads, ("a",), ("a", "rules"), ask=ask, symbols=symbols),
        part("5a.table", "iteration", heads, ("a",), ("a", "table"), ask=ask, symbols=symbols),
        part("5b", "convergence", heads, ("b",), ask="Does it converge? Can the optimum be found?", symbols=symbols),
        part("5c", "equilibrium", heads, ("c",), ask="At which point do the values stay the same?", symbols=symbols)), "d5", labels=heads)


PROBLEMS = (complexity(), attention(), elbo(), minimax())
BOOK = Book(PROBLEMS)
FIELDS = tuple(p.id for p in PROBLEMS[0].parts if p.id.startswith("1a."))


def texts(submission: Submission) -> dict[str, str]:
    """Part id (without the problem) to the answer's text."""
    return {a.part.split("/")[1]: a.text for a in submission.answers}


def loose(submission: Submission) -> list[str]:
    """The unplaced texts."""
    return [a.text for a in submission.unplaced]


def read(name: str, content: str) -> Submission:
    """The one submission in a file of that name."""
    from grader.intake.submissions import read_paper

    made = read_paper(name, content.encode(), BOOK)
    assert len(made) == 1
    return made[0]
