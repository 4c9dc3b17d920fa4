"""What the self-check page costs, and what it withstands: start, readings, verdicts, and hostile requests.

    python benchmarks/serving.py [--hostile 1000]
"""

import argparse
import collections
import json
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from test_serve import CANARY, SECRETS, Page, hostile  # noqa: E402

ANSWERS = (("minimax", "5c", "p = q = 0"), ("minimax", "5a.rules", "q_{t+1} = q_t + p_t, p_{t+1} = p_t - q_{t+1}"), ("complexity", "1b", "n < t"),
           ("complexity", "1a.rnn-time-train", "O(t n^2 l)"), ("elbo", "4a", "L(q) = E_q[\\log p(x,z) - \\log q(z|x)]\n= \\log p(x)"))


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hostile", type=int, default=1000)
    count = parser.parse_args().hostile
    begun = time.monotonic()
    with Page(ROOT / "problems") as page:
        listening = time.monotonic() - begun
        page.ask("GET", "/")
        print(f"seconds to listening {listening:.2f}, to the first page {time.monotonic() - begun:.2f}")
        for what in ("read", "check"):
            page.api(what, "1c", "warm", "complexity")
            took = [timed(page, what, *answer) for answer in ANSWERS * (8 if what == "read" else 2)]
            print(f"{what}: median {statistics.median(took) * 1000:.0f} ms, largest {max(took) * 1000:.0f} ms, of {len(took)}")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "canary.yaml").write_text(CANARY, encoding="utf-8")
        with Page(folder) as page:
            page.api("read", "1a", "x")
            dice, took, statuses = random.Random(5), [], collections.Counter()
            for _ in range(count):
                start = time.monotonic()
                got = page.raw(hostile(dice, page.port), half=True)
                took.append(time.monotonic() - start)
                statuses.update(status.decode() for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", got))
            shown = [s for s in SECRETS if s.encode() in page.sent.replace(b"9" * 20, b"")]
            print(f"{count} hostile requests: p95 {statistics.quantiles(took, n=20)[18]:.2f} s, largest {max(took):.2f} s; replies {json.dumps(dict(sorted(statuses.items())))}; "
                  f"secrets shown: {shown or 'none'}")


def timed(page, what, problem, part, text):
    """Seconds that one answer takes."""
    start = time.monotonic()
    status, _, _ = page.api(what, part, text, problem)
    assert status == 200
    return time.monotonic() - start


if __name__ == "__main__":
    main()
