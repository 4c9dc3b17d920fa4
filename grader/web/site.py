"""What the page answers to which request. Paths are compared with known ones and never lead into the file system."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Mapping
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

from grader.intake.yaml_writer import yaml_paper
from grader.web import skin
from grader.web.http import Refused, Reply, Request
from grader.web.lanes import Busy, Lanes
from grader.web.tries import Counters

HTML = "text/html; charset=utf-8"
MAX_FIELDS = 2_000
SOON_SECONDS = 0.3
"""How long a browser waits for the problems before it gets a page that says so."""
PREPARE_SECONDS = 60.0
"""How long a request waits for the problems to be loaded."""


class Site:
    """Pages, pieces and exports for the problems of a desk."""

    def __init__(self, lanes: Lanes, counters: Counters) -> None:
        self._lanes, self._counters = lanes, counters
        self._ready = asyncio.Event()
        self._problems: dict[str, dict[str, Any]] = {}
        self._parts: dict[str, list[str]] = {}
        self._errors = 0

    def show(self, public: Mapping[str, Any]) -> None:
        """Take over what the keeper has prepared."""
        self._problems = {p["id"]: p for p in public["problems"]}
        self._parts = {p["id"]: [part["id"] for group in p["groups"] for part in group["parts"]] for p in public["problems"]}
        self._errors = len(public["errors"])
        self._ready.set()

    async def answer(self, request: Request, client: str) -> Reply:
        """The reply to a request. Fails with `Refused`."""
        path = request.path
        if path.startswith("/static/"):
            return self._static(request, path.removeprefix("/static/"))
        if path == "/favicon.ico":
            return Reply(204)
        if path in ("/api/read", "/api/check"):
            return await self._piece(request, client, path.removeprefix("/api/"))
        if request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate" and not await self._soon():
            return Reply(200, skin.loading().encode(), HTML, {"Refresh": "1"})  # a browser, in which somebody looks at an empty page
        await self._prepared()
        if path == "/export":
            return self._export(_form(request, "/"))
        if path == "/":
            _only(request, "GET")
            return Reply(200, skin.index(list(self._problems.values()), self._errors).encode(), HTML)
        found = re.fullmatch(r"/p/([A-Za-z0-9_-]{1,64})", path)
        if found and found[1] in self._problems:
            return await self._page(request, client, found[1])
        raise _unknown()

    async def _soon(self) -> bool:
        """Are the problems loaded, or nearly?"""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SOON_SECONDS):
                await self._ready.wait()
        return self._ready.is_set()

    async def _prepared(self) -> None:
        try:
            async with asyncio.timeout(PREPARE_SECONDS):
                await self._ready.wait()
        except TimeoutError:
            raise Refused(429, "The problems are still being loaded.", close=False, headers={"Retry-After": "5"}) from None

    # -------------------------------------------------------------------------------------------------------------- pages

    def _static(self, request: Request, name: str) -> Reply:
        found = skin.static(name)
        if found is None:
            raise _unknown()
        _only(request, "GET")
        return Reply(200, found[1], found[0], {"Cache-Control": "no-cache"})

    async def _page(self, request: Request, client: str, problem: str) -> Reply:
        """The page of a problem; posted to, with the outcome that was asked for."""
        texts: dict[str, str] = {}
        found: dict[str, str] = {}
        if request.method == "POST":
            fields = _form(request, f"/p/{problem}")
            texts = {part: _plain(fields.get(f"a:{part}", "")) for part in self._parts[problem]}
            what, _, part = fields.get("do", "").partition(":")
            if what == "export":
                return self._file(fields.get("learner", ""), {problem: texts})
            if what in ("read", "check") and part in texts:
                said = await self._looked(client, what, problem, part, texts[part])
                found[part] = said["html"] or skin.aside(said["said"])
        order = list(self._problems)
        at = order.index(problem)
        before = self._problems[order[at - 1]] if at else None
        after = self._problems[order[at + 1]] if at + 1 < len(order) else None
        return Reply(200, skin.problem(self._problems[problem], before, after, texts, found).encode("utf-8", "replace"), HTML)

    # ------------------------------------------------------------------------------------------------------------- answers

    async def _piece(self, request: Request, client: str, what: str) -> Reply:
        """The outcome for an answer that came as JSON: {"problem", "part", "text"}."""
        _only(request, "POST")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "Expected application/json.", close=False)
        try:
            asked = json.loads(request.body)
            problem, part, text = asked["problem"], asked["part"], asked["text"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refused(400, 'Expected an object {"problem", "part", "text"}.', close=False) from None
        if not (isinstance(problem, str) and isinstance(part, str) and isinstance(text, str)):
            raise Refused(400, "Expected texts under problem, part and text.", close=False)
        await self._prepared()
        if part not in self._parts.get(problem, ()):
            raise _unknown()
        said = await self._looked(client, what, problem, part, _plain(text))
        headers = {"Retry-After": str(said["wait"])} if said["state"] == "later" else {}
        return Reply(429 if headers else 200, json.dumps(said).encode(), "application/json", headers)

    async def _looked(self, client: str, what: str, problem: str, part: str, text: str) -> dict[str, Any]:
        """What the desk says of the answer, or when to ask again ("state": "later")."""
        now = time.monotonic()
        wait = self._counters.request(client, now)
        if wait:
            return _later("That was quick: one moment, please.", wait)
        if what == "check" and text.strip():
            tries, wait = self._counters.verdict(client, f"{problem}/{part}", now)
            if wait:
                return _later(f"You have asked for {tries} verdicts on this part. The next one can be had in {ceil(wait)} s; readings go on meanwhile.", wait)
        elif what == "read":
            self._counters.readings += 1
        try:
            reply: dict[str, Any] = await self._lanes.ask([what, problem, part, text], quick=what == "read")
        except Busy as error:
            return _later(f"Please try again in a moment: {error}.", 2.0)
        return reply

    # -------------------------------------------------------------------------------------------------------------- export

    def _export(self, fields: Mapping[str, str]) -> Reply:
        """The drafts of a tab as a paper: {"problem": {"part": text}} in JSON."""
        try:
            drafts = json.loads(fields.get("drafts") or "{}")
            pairs = [(str(problem), dict(parts)) for problem, parts in drafts.items()]
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise Refused(400, "The answers to be exported are malformed.", close=False) from None
        return self._file(fields.get("learner", ""), dict(pairs))

    def _file(self, learner: str, drafts: Mapping[str, Mapping[str, Any]]) -> Reply:
        answers = {problem: {part: drafts[problem][part] for part in parts if isinstance(drafts[problem].get(part), str)}
                   for problem, parts in self._parts.items() if problem in drafts}
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", learner).strip("-")[:64] or "answers"
        return Reply(200, yaml_paper(learner, answers).encode("utf-8", "replace"), "application/yaml; charset=utf-8",
                     {"Content-Disposition": f'attachment; filename="{name}.yaml"'})


def _form(request: Request, back: str) -> dict[str, str]:
    """The fields of a posted form."""
    if request.method != "POST":
        raise Refused(405, f"This is posted to, from {back}.", close=False, headers={"Allow": "POST"})
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused(415, "Expected application/x-www-form-urlencoded.", close=False)
    try:
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace"))
    except ValueError:
        raise Refused(400, "The form is malformed.", close=False) from None


def _plain(text: str) -> str:
    """The text with line feeds alone, as browsers hold it and forms do not send it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _later(words: str, wait: float) -> dict[str, Any]:
    return {"state": "later", "decided": False, "said": words, "html": "", "wait": max(1, ceil(wait))}


def _only(request: Request, method: str) -> None:
    if request.method != method:
        raise Refused(405, f"Only {method} is answered here.", close=False, headers={"Allow": method})


def _unknown() -> Refused:
    return Refused(404, "There is nothing here.", close=False)
