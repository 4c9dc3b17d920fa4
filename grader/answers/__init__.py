"""Answer kinds: one file each. The folder listing is the registry; other packages add kinds through the entry-point group `grader.answers`."""

from grader.answers._kind import Kind, load, names

__all__ = ["Kind", "load", "names"]
