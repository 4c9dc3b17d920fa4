"""Checkers that replay evidence: one small module for each evidence method, called by the kernel only.

Each has `check(claim, data) -> Finding`, works in exact rational or interval arithmetic (fractions, mpmath.iv), shares no code with the
procedure that found the evidence, and raises `grader.kernel.Refused` with a reason when the evidence does not show what it should.
"""
