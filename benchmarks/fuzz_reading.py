"""Coverage-guided fuzzing of the reader and the printers, with atheris (which is no dependency: give a Python that has it).

    PYTHONPATH=. FUZZ_PYTHON benchmarks/fuzz_reading.py FINDINGS.jsonl CORPUS_DIR -max_total_time=3600 -timeout=300 -artifact_prefix=/tmp/

Half of the inputs are bytes as UTF-8, half pick pieces of the language (signs, commands, words). For each input, under an open and a closed
vocabulary:

- reading ends in Read or Unread, without any exception (`read_or_fail` has no net under it), with places inside the text;
- whatever was read can be printed three ways, and reads back as the same tree (where its names read as themselves);
- it takes at most a second; every 50th input is repeated up to 1,500 characters and eight times as often, which may take at most 24 times as long.

A finding is one JSON line in FINDINGS, each kind once; the run goes on. Findings become rows in `tests/reading`.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["grader.reading", "grader.printing"]):
    from grader.model import Read, Unread
    from grader.printing import to_latex, to_text, to_unicode
    from grader.reading import OPEN, Vocabulary, propose
    from grader.reading.names import FUNCTIONS, GREEK, WORDS
    from grader.reading.reader import read_or_fail
    from grader.reading.signs import SIGNS
from grader.term import walk

PIECES = [*SIGNS, *("\\" + w for w in sorted(FUNCTIONS)), *("\\" + w for w in sorted(GREEK)), *sorted(FUNCTIONS), *sorted(WORDS),
          *"xyzabknijfpqPEOT0123456789 \n(){}[]|_^,;:.'\"=<>+-*/&$~", *[r"\begin{" + e + "}" for e in ("cases", "pmatrix", "align", "array")],
          *[r"\end{" + e + "}" for e in ("cases", "pmatrix", "align", "array")], r"\left(", r"\right)", r"\left|", r"\right|", r"\text{if }",
          r"\mathrm{", r"\mathcal{L}", r"\mathbb{E}", r"\int_0^1 ", "dx", "d/dx", r"\frac{", "}{", "e^", "²", "₁", "\u0302", "½", "x^{(t)}", "p(x|z)",
          "x_{t+1}", r"\sum_{i=1}^n ", r"\{", r"\}", "1,234", "0.5", "1e3", r"\quad ", r"\\", "KL(q||p)", "lim_{x->0} "]
VOCABULARY = Vocabulary.declared(t="integer > 0", n="integer > 0", k="vector", q="density", A="matrix", f="function")
LIMIT = 1.0
_known: set[str] = set()
_count = 0


def main() -> None:
    """Fuzz until libFuzzer stops; its own options follow the two paths."""
    global _findings
    _findings = Path(sys.argv[1])
    if _findings.exists():
        _known.update(json.loads(line)["kind"] for line in _findings.read_text(encoding="utf-8").splitlines())
    atheris.Setup([sys.argv[0], *sys.argv[2:]], one_input)
    atheris.Fuzz()


def one_input(data: bytes) -> None:
    """The target of the fuzzer: all checks on one input."""
    global _count
    _count += 1
    text = decoded(data)
    for vocabulary in (OPEN, VOCABULARY):
        start = time.thread_time()
        try:
            reading = read_or_fail(text, vocabulary, "any", None)
            check(text, reading, vocabulary)
            propose(text[:60], vocabulary)
        except Exception as error:  # noqa: BLE001 - any exception is a finding
            place = traceback.extract_tb(error.__traceback__)[-1]
            found(f"{type(error).__name__} in {place.name}", text, str(error))
            continue
        if time.thread_time() - start > LIMIT:
            found("slow", text, f"{time.thread_time() - start:.2f} s")
    if text and _count % 50 == 0:
        growth(text)


def decoded(data: bytes) -> str:
    """The text of an input."""
    if not data:
        return ""
    if data[0] % 2:
        return data[1:].decode("utf-8", "replace")[:2000]
    pairs = zip(data[1::2], data[2::2])
    return "".join(PIECES[(256 * a + b) % len(PIECES)] for a, b in pairs)[:2000]


def check(text: str, reading: Read | Unread, vocabulary: Vocabulary) -> None:
    """Places and printing."""
    if isinstance(reading, Unread):
        if reading.span is not None and not 0 <= reading.span.start <= reading.span.end <= len(text) + 1:
            found("place of an unread", text, str(reading.span))
        return
    for term in (reading.term, *reading.alternatives):
        for node in walk(term):
            if node.span is None or not 0 <= node.span.start <= node.span.end <= len(text):
                found(f"place of {node.kind} {node.name if node.kind != 'symbol' else ''}", text, str(node.span))
        for printer in (to_text, to_latex, to_unicode):
            printed = printer(term)
            if term is not reading.term or not names_itself(term):
                continue
            again = read_or_fail(printed, vocabulary, "any", None)
            if isinstance(again, Unread):
                if "nested" not in again.reason and "longer" not in again.reason:
                    found(f"{printer.__name__} unread: {again.reason[:50]}", text, printed)
            elif again.term != term:
                a, b = difference(term, again.term)
                found(f"{printer.__name__} changes {a} to {b}", text, printed)


def names_itself(term) -> bool:
    """Does each name in the tree read as itself where it stands alone? Words, and letters that may be constants, do not."""
    return all(n.kind != "text" and (n.kind != "symbol" or n.name in GREEK or len(n.name) == 1 and n.name not in "ieITEdOoUuvnCB") for n in
               (x for node in walk(term) for x in (node, *node.bound)))


def difference(a, b) -> tuple[str, str]:
    """The outermost nodes in which two trees differ."""
    if (a.kind, a.name, len(a.args)) == (b.kind, b.name, len(b.args)) and a.kind != "symbol":
        for x, y in zip(a.args, b.args):
            if x != y:
                return difference(x, y)
    return f"{a.kind} {a.name}", f"{b.kind} {b.name}"


def growth(text: str) -> None:
    """Does the time grow with the text and no faster? Only texts that are read (or not) at both lengths count."""
    def spent(times: int) -> tuple[float, type]:
        repeated = text * times
        start = time.thread_time()
        made = type(read_or_fail(repeated, OPEN, "any", None))
        return time.thread_time() - start, made

    few = max(1, 1500 // len(text))
    (short, a), (long, b) = min(spent(few), spent(few), key=lambda x: x[0]), min(spent(8 * few), spent(8 * few), key=lambda x: x[0])
    if a is b and long > 0.1 + 24 * short:
        found("growth", text, f"{short:.4f} s, {long:.4f} s")


def found(kind: str, text: str, said: str) -> None:
    """Write a finding, each kind at most once."""
    if kind not in _known:
        _known.add(kind)
        with _findings.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"kind": kind, "text": text, "said": said[:2000]}, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
