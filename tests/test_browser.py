"""The pages in a real browser: they show what was typed, run nothing and fetch nothing. Skipped where no Chromium is installed."""

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

HOSTILE = [
    "<script>document.title = 'owned'</script>", "<img src=x onerror=\"document.title='owned'\">", "\\href{javascript:alert(1)}{x}", "{{ 7*7 }} {% raw %}",
    "'\"><svg onload=document.title='owned'>", "</pre></td></table><h1>owned</h1>", "=HYPERLINK(\"http://example.invalid\")", "p = q = 0 \u202e\u2066 \x07",
]


class Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "papers").mkdir()
    for k, text in enumerate(HOSTILE):
        block = "\n".join("    " + line for line in text.splitlines())
        (folder / "papers" / f"s{k:03}.yaml").write_text(f"learner: s{k:03}\nminimax:\n  5c: |\n{block}\n".replace("\x07", ""), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "grader", str(folder / "papers"), "--problems", str(ROOT / "problems" / "minimax.yaml"), "--out", str(folder / "out")],
                   check=False, capture_output=True, timeout=120)
    return sorted((folder / "out").rglob("*.html"))


def browse(page, profile):
    done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                           "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", "--enable-logging=stderr", "--v=0",
                           "--virtual-time-budget=2000", "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=60)
    return done.stdout, done.stderr


def test_pages_are_shown_and_nothing_runs(pages, tmp_path):
    assert len(pages) >= len(HOSTILE) + 1
    shown = ""
    for page in pages:
        dom, log = browse(page, tmp_path / "profile")
        parsed = Words()
        parsed.feed(dom)
        tags = {tag for tag, _ in parsed.tags}
        assert not tags & {"script", "iframe", "object", "embed", "link", "img", "svg"} - {"svg"}, page
        assert not any(name.startswith("on") for _, attrs in parsed.tags for name in attrs), page
        assert not any((attrs.get("href") or "").lower().startswith(("javascript:", "http")) for _, attrs in parsed.tags)
        assert "CONSOLE" not in log and "Refused to" not in log, log
        text = " ".join(parsed.words)
        assert "owned" not in dom.split("</title>")[0]
        shown += text
    for text in ("document.title = 'owned'", "{{ 7*7 }}", "onerror=", "HYPERLINK"):
        assert text in shown


def test_a_class_page_fits_a_phone(pages, tmp_path):
    index = next(p for p in pages if p.name == "index.html")
    picture = tmp_path / "narrow.png"
    subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", f"--user-data-dir={tmp_path / 'p'}",
                    "--window-size=390,1400", f"--screenshot={picture}", index.as_uri()], capture_output=True, timeout=60)
    assert picture.stat().st_size > 5_000
