"""A Chromium that tests drive through its debugging pipe: pages, scripts in them, keys, pictures, and what it logged and asked the network for."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One headless browser with one tab. `console` and `requests` hold what it said and asked for since the last `go`."""

    def __init__(self, profile, width=1100, height=900):
        mine_read, their_write = os.pipe()
        their_read, mine_write = os.pipe()
        ends = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (their_read, their_write)]  # out of the way of 3 and 4
        wire = f"import os, sys; os.dup2({ends[0]}, 3); os.dup2({ends[1]}, 4); os.execv(sys.argv[1], sys.argv[1:])"

        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", wire, CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", "--remote-debugging-pipe",
             f"--window-size={width},{height}", "about:blank"],
            pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for fd in (their_read, their_write, *ends):
            os.close(fd)
        self._in, self._out, self._buffer, self._next = mine_read, mine_write, b"", 0
        self.console, self.requests, self._loaded, self.session = [], [], False, None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self._next += 1
        message = {"id": self._next, "method": method, "params": parameters} | ({"sessionId": self.session} if self.session else {})
        os.write(self._out, json.dumps(message).encode() + b"\0")
        wanted = self._next
        while True:
            got = self._message(20)
            if got.get("id") == wanted:
                if "error" in got:
                    raise RuntimeError(got["error"])
                return got["result"]

    def _message(self, seconds):
        while b"\0" not in self._buffer:
            if not select.select([self._in], [], [], seconds)[0]:
                raise TimeoutError("the browser says nothing")
            got = os.read(self._in, 1 << 16)
            if not got:
                raise EOFError("the browser has gone")
            self._buffer += got
        head, self._buffer = self._buffer.split(b"\0", 1)
        got = json.loads(head)
        method, said = got.get("method"), got.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.console.append(said["exceptionDetails"].get("text", "exception"))
        elif method == "Runtime.consoleAPICalled":
            self.console.append(str([a.get("value") for a in said["args"]]))
        elif method == "Log.entryAdded":
            self.console.append(said["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        return got

    def go(self, url):
        self.console, self.requests, self._loaded = [], [], False
        self.call("Page.navigate", url=url)
        end = time.monotonic() + 20
        while not self._loaded and time.monotonic() < end:
            self._message(20)

    def script(self, code):
        """The value of an expression in the page; promises are waited for."""
        made = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in made:
            raise RuntimeError(made["exceptionDetails"].get("exception", {}).get("description") or made["exceptionDetails"]["text"])
        return made["result"].get("value")

    def until(self, code, seconds=10):
        """Wait until an expression in the page holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.script(f"Boolean({code})")
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"never: {code}")

    def type(self, text):
        """Into what has the focus."""
        self.call("Input.insertText", text=text)

    def key(self, name, code, modifiers=0):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, modifiers=modifiers)

    def picture(self, path, whole=True):
        made = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(made["data"]))

    def look(self, width, height=900, dark=False):
        """Have another size and colour scheme."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._in)
        os.close(self._out)
