"""Symbolic proof checking and autograding."""
