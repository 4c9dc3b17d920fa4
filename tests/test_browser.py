"""The pages in a real browser: they show what was typed, run nothing and fetch nothing. Skipped where no Chromium is installed."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import CHROMIUM, Browser

ROOT = Path(__file__).resolve().parent.parent
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


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


def test_pages_are_shown_and_nothing_runs(pages, browser):
    assert len(pages) >= len(HOSTILE) + 1
    shown = ""
    for page in pages:
        browser.go(page.as_uri())
        parsed = Words()
        parsed.feed(browser.script("document.documentElement.outerHTML"))
        tags = {tag for tag, _ in parsed.tags}
        assert not tags & {"script", "iframe", "object", "embed", "link", "img"}, page
        assert not any(name.startswith("on") for _, attrs in parsed.tags for name in attrs), page
        assert not any((attrs.get("href") or "").lower().startswith(("javascript:", "http")) for _, attrs in parsed.tags)
        assert browser.console == [] and all(url.startswith(("file:", "data:", "about:")) for url in browser.requests), (browser.console, browser.requests)
        assert browser.script("document.title").startswith(("Class report", "s0"))
        shown += " ".join(parsed.words)
    for text in ("document.title = 'owned'", "{{ 7*7 }}", "onerror=", "HYPERLINK"):
        assert text in shown


@pytest.fixture(scope="module")
def large_class(tmp_path_factory):
    """Sixty papers on a sheet of thirty parts, and some of them on a second one."""
    import report_samples as samples
    from grader import term as T
    from grader.model import Part, Problem
    from grader.report import write_report

    folder = tmp_path_factory.mktemp("large")
    problems = [Problem(id, f"Problem {id} with a title of several words", tuple(Part(f"{id}{k}.of-some-field", "number", 1, "How many?") for k in range(10)), id, sheet=sheet)
                for id, sheet in (("a", ""), ("b", ""), ("c", ""), ("d", "late"))]
    records = [samples.record(f"s{n:03}", p.id, part.id, "x", samples.reading(T.symbol("x"), "x"), "undecided" if n % 5 == 0 else "proved", "1", "1", human=n % 5 == 0,
                              awards=[("set", "1", "number.right", "A person looks." if n % 5 == 0 else "", "")])
               for n in range(65) for p in problems if not p.sheet or n % 9 == 0 for part in p.parts]
    write_report(folder, records, problems=problems)
    return folder / "index.html"


@pytest.mark.parametrize("width, dark", [(390, False), (390, True), (1100, False)])
def test_only_the_table_of_a_class_scrolls(large_class, browser, width, dark):
    browser.look(width, 844, dark)
    browser.go(large_class.as_uri())
    assert browser.script("document.documentElement.scrollWidth <= innerWidth")
    places = """(() => { const box = document.querySelector('.scroll'); box.scrollIntoView(); box.scrollTo(500, 900);
        const at = (e) => { const r = e.getBoundingClientRect(), b = box.getBoundingClientRect(); return [r.left - b.left, r.top - b.top]; };
        return [box.scrollLeft, box.scrollTop, at(box.querySelector('thead th')), at(box.querySelector('tbody tr:last-child th')), box.clientHeight < innerHeight]; })()"""
    left, top, corner, name, low = browser.script(places)
    assert left == 500 and top > 100 and low  # the table has moved, its head and its first column have not
    assert max(map(abs, corner)) < 3 and abs(name[0]) < 3
    assert browser.script("document.elementFromPoint(...(r => [r.left + 20, r.top + 20])(document.querySelector('.scroll').getBoundingClientRect())).textContent") == "Learner"


def test_keys_reach_the_table_and_what_waits(large_class, browser):
    browser.look(1100, 844)
    browser.go(large_class.as_uri())
    assert browser.script("document.querySelectorAll('details:not([open])').length") == 30  # thirteen wait for each part
    reached = set()
    for _ in range(12):
        browser.key("Tab", 9)
        reached.add(browser.script("document.activeElement.className || document.activeElement.tagName"))
    browser.script("[...document.querySelectorAll('summary')].at(-1).focus()")
    browser.key(" ", 32)
    for _ in range(2):
        browser.key("Tab", 9)
        reached.add(browser.script("document.activeElement.className || document.activeElement.tagName"))
    assert {"skip", "A", "SUMMARY"} <= reached
    assert browser.script("[...document.querySelectorAll('.scroll')].every(e => e.tabIndex === 0)")


CONTRAST = """(() => {
    const parse = (s) => { const p = s.match(/rgba?\\(([^)]+)/)[1].split(/[ ,/]+/).map(Number); return [p[0], p[1], p[2], p.length > 3 ? p[3] : 1]; };
    const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
    const light = (c) => c.slice(0, 3).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
    const low = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const e = walk.currentNode.parentElement;
        if (!walk.currentNode.textContent.trim() || e.getBoundingClientRect().width <= 1) continue;
        const above = [];
        for (let n = e; n; n = n.parentElement) above.unshift(n);
        let ground = [255, 255, 255, 1], clear = 1;
        for (const n of above) { const s = getComputedStyle(n); ground = over(parse(s.backgroundColor), ground); clear *= s.opacity; }
        const ink = parse(getComputedStyle(e).color);
        const [a, b] = [light(over([...ink.slice(0, 3), ink[3] * clear], ground)), light(ground)].sort((x, y) => x - y);
        if ((b + 0.05) / (a + 0.05) < 4.5) low.add(e.tagName + "." + e.className);
    }
    return [...low];
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_and_everything_has_a_name(large_class, pages, browser, dark):
    """WCAG 2.2: 1.4.3 contrast of what is drawn, 4.1.2 names, 1.3.1 headings and heads of tables, 1.1.1 formulas with an alternative."""
    for page in (large_class, *pages[-3:]):
        browser.look(1100, 844, dark)
        browser.go(page.as_uri())
        assert browser.script(CONTRAST) == []
        assert browser.script("[...document.querySelectorAll('a, summary, [tabindex]')].filter(e => !e.textContent.trim() && !e.getAttribute('aria-labelledby')).length") == 0
        assert browser.script("[...document.querySelectorAll('th')].every(e => e.scope)") and browser.script("[...document.querySelectorAll('math')].every(e => e.getAttribute('alttext'))")
        levels = browser.script("[...document.querySelectorAll('h1, h2, h3, h4')].filter(e => e.getClientRects().length).map(e => +e.tagName[1])")
        assert levels[0] == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:]))


def test_a_folded_list_is_printed(large_class, browser):
    browser.go(large_class.as_uri())
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.script("document.querySelector('details:not([open]) li').getBoundingClientRect().height") > 5
        assert browser.script("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")
