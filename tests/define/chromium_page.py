"""A headless Chromium over its DevTools pipe: opens a file, asks the page, presses keys, takes a picture."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--window-size=1400,900"),
)


class Chromium:
    """One browser with one page; messages are JSON texts that end in a zero byte."""

    def __init__(self, *options: str) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read_by_it, self._write = os.pipe()
        self._read, written_by_it = os.pipe()

        def as_3_and_4() -> None:
            one, other = os.dup(read_by_it), os.dup(written_by_it)
            os.dup2(one, 3)
            os.dup2(other, 4)

        self._process = subprocess.Popen(
            [PROGRAM, *_OPTIONS, *options, f"--user-data-dir={self._folder.name}", "about:blank"],
            preexec_fn=as_3_and_4,
            pass_fds=(3, 4),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_by_it)
        os.close(written_by_it)
        self._number = 0
        self._rest = b""
        self._session = ""
        self.events: list[dict[str, Any]] = []
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t["targetId"] for t in targets if t["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._folder.cleanup()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a command; events that come before it are kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._write, data) :]
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def open(self, page: Path, place: str = "") -> None:
        """Open a file and wait until it is loaded."""
        for url in ("about:blank", page.as_uri() + place):
            self.events.clear()
            asked = self.call("Page.navigate", url=url)["loaderId"]
            while self._loaded() != asked:  # the page before may tell late that it is loaded
                self.events.append(self._next())

    def reload(self) -> None:
        """Load the page again and wait until that is done."""
        before = self._loaded()
        self.call("Page.reload")
        while self._loaded() == before:
            self.events.append(self._next())

    def _loaded(self) -> str:
        """Which loading ended last, of those whose events are kept."""
        ended = [e["params"] for e in self.events if e["method"] == "Page.lifecycleEvent"]
        return next((e["loaderId"] for e in reversed(ended) if e["name"] == "load"), "")

    def ask(self, expression: str) -> Any:
        """The value of an expression on the page, once two frames are drawn."""
        drawn = "await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
        code = f"(async () => {{ {drawn}; return {expression}; }})()"
        answer = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key: a character or the name of another key."""
        more = {"text": key} if len(key) == 1 else {}
        codes = {"Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "Tab": 9}
        code = {"windowsVirtualKeyCode": codes[key]} if key in codes else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **more, **code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    def type(self, text: str) -> None:
        """Put a text into what has the focus."""
        self.call("Input.insertText", text=text)

    def picture(self, path: Path) -> None:
        """What is seen, as a PNG."""
        self.ask("1")
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._read, 1 << 20)
            if not part:
                raise RuntimeError("Chromium is gone")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)


@contextmanager
def chromium(*options: str) -> Generator[Chromium]:
    """A browser for as long as the block lasts."""
    with Chromium(*options) as browser:
        yield browser
