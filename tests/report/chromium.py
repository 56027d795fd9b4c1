"""A headless browser without a driver: Chromium's own protocol over two pipes, its network cut off."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Message = dict[str, Any]

BINARY = shutil.which("chromium") or shutil.which("chromium-browser")
OFFLINE = ["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--disable-background-networking"]
QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--mute-audio"]


@dataclass
class Browser:
    """One page in one browser; `problems` are console errors and warnings, `asked` every address it wanted."""

    write: int  # descriptor of the pipe that carries commands
    read: int  # and of the one that carries answers
    session: str = ""
    number: int = 0
    rest: bytes = b""
    problems: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> Message:
        """Ask, note what happens meanwhile, and hand back the answer."""
        self.number += 1
        asked: Message = {"id": self.number, "method": method, "params": params}
        if self.session:
            asked["sessionId"] = self.session
        os.write(self.write, json.dumps(asked).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self.number:
                assert "error" not in message, message
                return dict(message["result"])
            self._note(message)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, awaited where it is a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, page: Path, *, dark: bool = False, width: int = 1440) -> None:
        """Open a file and wait until its picture is drawn."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=page.as_uri())
        self.evaluate(
            "new Promise(done => { const look = () => document.querySelector('[data-drawn] svg') ? done(true)"
            " : setTimeout(look, 20); look(); setTimeout(() => done(false), 15000); })"
        )

    def screenshot(self, to: Path, *, whole: bool = False) -> None:
        """Save what is seen, or the whole page."""
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        to.write_bytes(base64.b64decode(taken["data"]))

    def attach(self) -> Self:
        """Take over the page that the browser started with."""
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(one["targetId"] for one in targets if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def _next(self) -> Message:
        while b"\0" not in self.rest:
            more = os.read(self.read, 1 << 16)
            assert more, "the browser went away"
            self.rest += more
        one, self.rest = self.rest.split(b"\0", 1)
        return dict(json.loads(one))

    def _note(self, message: Message) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.problems.append(json.dumps(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.problems.append(json.dumps(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.problems.append(params["entry"]["text"])
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])
            case _:
                pass


@contextmanager
def browse(profile: Path) -> Iterator[Browser]:
    """Start a browser of our own, and end it."""
    assert BINARY is not None
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    # Its protocol wants descriptors 3 and 4; out of their way first.
    away = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (command_read, answer_write)]
    arguments = [BINARY, *QUIET, *OFFLINE, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0o600) for stream in (1, 2)]
    pipes = [(os.POSIX_SPAWN_DUP2, away[0], 3), (os.POSIX_SPAWN_DUP2, away[1], 4)]
    process = os.posix_spawn(BINARY, arguments, dict(os.environ), file_actions=[*silent, *pipes])
    for end in (command_read, answer_write, *away):
        os.close(end)
    try:
        yield Browser(write=command_write, read=answer_read).attach()
    finally:
        os.close(command_write)
        os.close(answer_read)
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)
