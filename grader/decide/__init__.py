"""Procedures that look for evidence about claims, cheap ones first; see `strategy`."""

from grader.decide.budget import Budget, OutOfBudget
from grader.decide.strategy import decide

__all__ = ["Budget", "OutOfBudget", "decide"]
