"""The self-check page in a real browser: typing, readings, verdicts, keys, drafts, the exported file. Skipped where no Chromium is installed."""

import time

import pytest
from chromium import CHROMIUM, Browser
from test_serve import CANARY, ROOT, Page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("problems")
    (folder / "canary.yaml").write_text(CANARY, encoding="utf-8")
    (folder / "minimax.yaml").write_text((ROOT / "problems" / "minimax.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with Page(folder) as served:
        served.ask("GET", "/")  # waits for the problems
        yield served


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def open_page(page, browser):
    def open_it(path):
        browser.go(f"http://127.0.0.1:{page.port}{path}")
        return browser

    yield open_it
    assert browser.console == []
    assert all(url.startswith((f"http://127.0.0.1:{page.port}/", "data:", "about:")) for url in browser.requests), browser.requests


def put(browser, part, text):
    browser.script(f"document.querySelector('[data-part=\"{part}\"] textarea').select()")
    browser.type(text)


def outcome(browser, part):
    return f"document.querySelector('[data-part=\"{part}\"] .outcome')"


def test_the_reading_appears_while_typing_and_the_verdict_on_asking(open_page):
    browser = open_page("/p/minimax")
    put(browser, "5c", "p = q = \\frac{0}{2}")
    browser.until(f"{outcome(browser, '5c')}.querySelector('math')")
    assert "p = q = 0/2" in browser.script(f"{outcome(browser, '5c')}.textContent") and not browser.script(f"{outcome(browser, '5c')}.querySelector('.holds')")
    assert browser.script("document.querySelector('[data-part=\"5c\"] [role=status]').textContent").startswith("Read as")
    browser.key("Enter", 13, modifiers=2)
    browser.until(f"{outcome(browser, '5c')}.querySelector('.holds')")
    assert "✓ Right" in browser.script(f"{outcome(browser, '5c')}.textContent") and browser.script("location.pathname") == "/p/minimax"
    assert browser.script("document.querySelector('[data-part=\"5c\"] [role=status]').textContent") == "Right. 2 of 2 points."
    put(browser, "5c", "p = q")
    browser.until(f"!{outcome(browser, '5c')}.querySelector('.holds')")  # an old verdict does not stand beside a new text
    browser.script("document.querySelector('[data-part=\"5c\"] button').click()")
    browser.until(f"{outcome(browser, '5c')}.querySelector('.chip.wrong')")


def test_broken_latex_has_a_caret_and_hostile_text_stays_text(open_page):
    browser = open_page("/p/canary")
    put(browser, "1a", "2x + \\frac{1}")
    browser.until(f"{outcome(browser, '1a')}.querySelector('.carets')")
    assert "^Not read" in browser.script(f"{outcome(browser, '1a')}.textContent") and "\\frac" in browser.script(f"{outcome(browser, '1a')}.textContent")
    for text in ("<img src=x onerror=\"document.title='owned'\">", "</textarea><script>document.title='owned'</script>", "x = \\text{<b onclick=1>}"):
        put(browser, "1a", text)
        put(browser, "1e", text)
        time.sleep(0.5)
        browser.until(f"{outcome(browser, '1a')}.getAttribute('aria-busy') === 'false'")
        assert browser.script("[...document.querySelectorAll('.outcome *')].every(e => !['IMG', 'SCRIPT', 'B'].includes(e.tagName) && ![...e.attributes].some(a => a.name.startsWith('on')))")
        assert "owned" not in browser.script("document.title")


def test_drafts_stay_in_the_tab_and_are_exported(open_page, page):
    browser = open_page("/p/canary")
    put(browser, "1e", "because\n  <b> & 'so'")
    put(browser, "1a", "x^2")
    browser.go(f"http://127.0.0.1:{page.port}/p/minimax")
    put(browser, "5c", "p = 3")
    browser.go(f"http://127.0.0.1:{page.port}/")
    assert browser.script("document.querySelector('[data-begun=canary]').textContent") == "2 begun"
    browser.go(f"http://127.0.0.1:{page.port}/p/canary")
    assert browser.script("document.querySelector('[data-part=\"1e\"] textarea').value") == "because\n  <b> & 'so'"
    browser.until(f"{outcome(browser, '1a')}.querySelector('math')")  # a draft is read again
    made = browser.script("(() => { let sent; HTMLFormElement.prototype.submit = function () { sent = new URLSearchParams(new FormData(this)).toString() + ' ' + this.action; };"
                          "document.querySelector('button[value=export]').click(); return sent; })()")
    fields, action = made.split(" ")
    assert action.endswith("/export")
    status, _, text = page.ask("POST", "/export", fields.encode(), "application/x-www-form-urlencoded")
    assert status == 200 and "  1e: |2-\n    because\n      <b> & 'so'\n" in text and "minimax:\n" in text and "  5c: |2-\n    p = 3\n" in text
    browser.script("sessionStorage.clear()")


def test_it_downloads_a_file(open_page, tmp_path):
    browser = open_page("/p/minimax")
    browser.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    put(browser, "5c", "p = q = 0")
    browser.script("document.querySelector('#learner').value = 's042'; document.querySelector('button[value=export]').click()")
    end = time.monotonic() + 10
    while not (tmp_path / "s042.yaml").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert (tmp_path / "s042.yaml").read_text(encoding="utf-8").endswith("learner: 's042'\nminimax:\n  5c: |2-\n    p = q = 0\n")
    assert browser.script("location.pathname") == "/p/minimax"
    browser.script("sessionStorage.clear()")


def test_without_scripts_it_works_too(open_page, page):
    browser = open_page("/p/minimax")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.go(f"http://127.0.0.1:{page.port}/p/minimax")
        put_js = "(() => { document.querySelector('[data-part=\"5c\"] textarea').value = 'p = q = 1'; document.querySelector('[data-part=\"5a.rules\"] textarea').value = 'kept'; })()"
        browser.script(put_js)
        browser._loaded = False
        browser.script("document.querySelector('button[value=\"check:5c\"]').click()")
        browser.until(f"document.readyState === 'complete' && {outcome(browser, '5c')}?.querySelector('.chip.wrong')")
        assert browser.script("document.querySelector('[data-part=\"5a.rules\"] textarea').value") == "kept"
        assert browser.script("document.querySelector('[data-part=\"5c\"] textarea').value") == "p = q = 1"
        assert not browser.script("document.documentElement.classList.contains('script')")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("width,dark", [(390, False), (390, True), (1100, False)])
def test_nothing_runs_off_the_page(open_page, width, dark):
    browser = open_page("/p/minimax")
    browser.look(width, 844, dark)
    put(browser, "5c", "p = " + "q + " * 60 + "1 \\frac{")
    put(browser, "5b", "w" * 300)
    browser.until(f"{outcome(browser, '5c')}.firstElementChild && {outcome(browser, '5b')}.firstElementChild")
    assert browser.script("document.documentElement.scrollWidth <= innerWidth"), browser.script("document.documentElement.scrollWidth")
    browser.script("sessionStorage.clear()")


def test_it_does_not_jump_and_keys_reach_everything(open_page):
    browser = open_page("/p/canary")
    browser.look(1100)
    place = "document.querySelector('[data-part=\"1b\"] textarea').getBoundingClientRect().top"
    before = browser.script(place)
    put(browser, "1a", "x + 1")
    browser.until(f"{outcome(browser, '1a')}.querySelector('math')")
    assert abs(browser.script(place) - before) <= 2
    browser.key("Tab", 9)
    assert browser.script("document.activeElement.value") == "check:1a"
    unnamed = browser.script("[...document.querySelectorAll('textarea, input:not([type=hidden])')].filter(e => !e.labels.length).length")
    assert unnamed == 0
    browser.script("sessionStorage.clear()")
