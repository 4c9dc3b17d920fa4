// The page works without this file; with it, readings appear while typing, and what is typed is kept in this tab.
"use strict";

const PAUSE = 350;   // milliseconds without a key before the reading is asked for
const PREFIX = "grader:";

document.documentElement.classList.add("script");

const drafts = {
  read(name) { try { return sessionStorage.getItem(PREFIX + name) || ""; } catch { return ""; } },
  write(name, text) {
    try {
      if (text) sessionStorage.setItem(PREFIX + name, text); else sessionStorage.removeItem(PREFIX + name);
    } catch { /* a tab without storage keeps its answers in its fields only */ }
  },
  all() {
    const found = {};
    try {
      for (let k = 0; k < sessionStorage.length; k++) {
        const key = sessionStorage.key(k);
        const at = key.indexOf("/");
        if (!key.startsWith(PREFIX) || at < 0) continue;
        const problem = key.slice(PREFIX.length, at);
        if (!Object.hasOwn(found, problem)) found[problem] = {};
        found[problem][key.slice(at + 1)] = sessionStorage.getItem(key);
      }
    } catch { /* none are kept */ }
    return found;
  },
};

class Answer {
  constructor(box, problem) {
    this.problem = problem;
    this.part = box.dataset.part;
    this.name = problem + "/" + this.part;
    this.field = box.querySelector("textarea");
    this.outcome = box.querySelector(".outcome");
    this.status = box.querySelector("[role=status]");
    this.button = box.querySelector("button[value^=check]");
    this.asked = 0;
    this.timer = 0;
    this.state = "";
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.ask("check"); }
    });
    this.button.addEventListener("click", (event) => { event.preventDefault(); this.ask("check"); });
    if (this.field.value) drafts.write(this.name, this.field.value); else this.field.value = drafts.read(this.name);
    if (this.field.value && !this.outcome.firstElementChild) this.ask("read");
  }

  typed() {
    drafts.write(this.name, this.field.value);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask("read"), PAUSE);
  }

  async ask(what) {
    clearTimeout(this.timer);
    const mine = ++this.asked;
    const text = this.field.value;
    if (!text.trim() && what === "read") { this.outcome.replaceChildren(); this.state = ""; return; }
    this.outcome.setAttribute("aria-busy", "true");
    if (what === "check") this.button.disabled = true;
    let reply;
    try {
      const got = await fetch("/api/" + what, {
        method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit", cache: "no-store",
        body: JSON.stringify({ problem: this.problem, part: this.part, text }),
      });
      reply = got.status === 413 ? { state: "long", said: "This is too long to be looked at here. Hand in a shorter answer.", html: "" } : await got.json();
    } catch {
      reply = { state: "away", said: "The checker does not answer. Is it still running?", html: "" };
    }
    this.button.disabled = false;
    if (mine !== this.asked) return;   // something newer has been asked for
    this.outcome.setAttribute("aria-busy", "false");
    if (reply.html) {
      this.outcome.innerHTML = reply.html;   // made by our server from escaped text
    } else {
      const aside = document.createElement("p");
      aside.className = "aside";
      aside.textContent = reply.said;
      if (what === "read" && reply.state === "later") this.timer = setTimeout(() => this.ask("read"), 1000 * (reply.wait || 1));
      if (what === "check" || !this.outcome.firstElementChild) this.outcome.replaceChildren(aside);
    }
    if (what === "check" || reply.state !== this.state) this.status.textContent = reply.said;
    this.state = reply.state;
  }
}

function exporting(form) {
  form.addEventListener("submit", (event) => {
    if (!event.submitter || event.submitter.value !== "export") {
      event.preventDefault();   // checks go by fetch
      return;
    }
    event.preventDefault();
    const out = document.createElement("form");
    out.method = "post";
    out.action = "/export";
    const values = { learner: form.querySelector("[name=learner]").value, drafts: JSON.stringify(drafts.all()), do: "export" };
    for (const [name, value] of Object.entries(values)) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      out.append(field);
    }
    document.body.append(out);
    out.submit();
    out.remove();
  });
}

for (const form of document.querySelectorAll("form")) {
  exporting(form);
  if (form.dataset.problem) for (const box of form.querySelectorAll(".answer")) new Answer(box, form.dataset.problem);
}
const kept = drafts.all();
for (const mark of document.querySelectorAll("[data-begun]")) {
  const count = Object.values(kept[mark.dataset.begun] || {}).filter((text) => text.trim()).length;
  if (count) mark.textContent = count + " begun";
}
