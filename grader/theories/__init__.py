"""Theories: the mathematics in which the lines of a derivation are judged. One theory a file; `_theory` says what each must offer."""

from grader.theories._theory import (
    AT_MOST, ORDER, RELATIONS, Context, Link, Prepared, Settled, Step, Theory, example_of, expression_claims, expression_step, load,
    names, owned)

__all__ = ["AT_MOST", "ORDER", "RELATIONS", "Context", "Link", "Prepared", "Settled", "Step", "Theory", "example_of", "expression_claims", "expression_step", "load",
           "names", "owned"]
