"""The documentation of a kind, from its docstring, its options and its tags."""

from __future__ import annotations

import dataclasses

from grader.answers._kind import Kind

HEADINGS = ("What it checks", "What learners may write", "Definition used", "Fails when", "Example")
"""Every kind's docstring has these, each on a line of its own; a test sees to it."""


def document(kind: Kind) -> str:
    """Plain text: the docstring, then a line an option (name, default, help), then a line a tag."""
    lines = [kind.name, "=" * len(kind.name), "", kind.doc.strip(), "", "Options"]
    fields = dataclasses.fields(kind.Options)
    for field in fields:
        if field.default is not dataclasses.MISSING:
            default = f" (default: {_plain(field.default)})"
        elif field.default_factory is not dataclasses.MISSING:
            default = f" (default: {_plain(field.default_factory())})"
        else:
            default = " (required)"
        lines.append(f"  {field.name}{default}: {field.metadata.get('help', '')}")
    if not fields:
        lines.append("  none")
    lines += ["", "Tags"]
    lines += [f"  {tag}: {meaning}" for tag, meaning in getattr(kind.module, "TAGS", {}).items()]
    return "\n".join(lines)


def _plain(value: object) -> str:
    if value is None or value == "" or value == () or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
