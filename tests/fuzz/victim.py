"""The process that opens hostile input: decoders may crash or hang in it, and everything it touches is noted.

Usage: ``python -m tests.fuzz.victim OUT LOG``. A case is a JSON line ``[target, argument]`` on standard input; the
answer is a JSON line on the real standard output. ``OUT`` is the only folder where a case may write.
"""

import contextlib
import faulthandler
import io
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fusion_app.errors import FusionAppError
from fusion_app.system.logs import keep_log
from tests.processor import waited_ms

if TYPE_CHECKING:
    from fusion_app.sources import FrameSource

MEMORY_BYTES = 8 * 2**30
FILE_BYTES = 256 * 2**20
MAX_FRAMES = 60
LIVE_PATIENCE_S = 2.0

FORBIDDEN = frozenset(
    [
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "pty.spawn",
        "subprocess.Popen",
        "pickle.find_class",
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "urllib.Request",
        "webbrowser.open",
        "ftplib.connect",
    ]
)
WRITING = frozenset(
    ["os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"]
)


class Watch:
    """An audit hook that notes what no case may do: run something, go to the network, write anywhere but in OUT."""

    def __init__(self, out: Path) -> None:
        self._out = str(out.resolve())
        self._is_on = False
        self.found: list[str] = []
        sys.addaudithook(self._hear)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        self.found = []
        self._is_on = True
        try:
            yield
        finally:
            self._is_on = False

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._is_on:
            return
        if event in FORBIDDEN or (event in WRITING and not self._is_inside(_entry(arguments[0]))):
            self.found.append(f"{event}{arguments!r}"[:300])
        if event == "open" and self._writes(arguments) and not self._is_inside(_opened(arguments)):
            self.found.append(f"open for writing: {arguments[0]!r}"[:300])

    @staticmethod
    def _writes(arguments: tuple[object, ...]) -> bool:
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))

    def _is_inside(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return True  # a descriptor: it was judged when it was opened
        real = os.fsdecode(path)
        return real == self._out or real.startswith(self._out + os.sep) or real == os.devnull


def _opened(arguments: tuple[object, ...]) -> object:
    """Return what opening really opens: the target of a link, unless links are refused."""
    path, flags = arguments[0], arguments[2]
    if not isinstance(path, str | bytes | os.PathLike) or (isinstance(flags, int) and flags & os.O_NOFOLLOW):
        return _entry(path)
    return os.path.realpath(os.fsdecode(path))


def _entry(path: object) -> object:
    """Return ``path`` with its folder resolved but not itself: removing a link leaves its target alone."""
    if not isinstance(path, str | bytes | os.PathLike):
        return path
    folder, name = os.path.split(os.path.abspath(os.fsdecode(path)))
    return os.path.join(os.path.realpath(folder), name)


def open_rig(path: str) -> None:
    from fusion_app.settings import load_settings

    load_settings(Path(path))


def open_source(uri: str) -> None:
    """Read a source as a run would: forward, then from somewhere in the middle."""
    from fusion_app.sources import open_source as open_any

    source = open_any(uri)
    if source.info.is_live:
        watch_live(source)
        return
    try:
        for _ in range(MAX_FRAMES):
            if (frame := source.read()) is None:
                break
            assert frame.image.dtype.itemsize in (1, 2)
            assert frame.image.ndim in (2, 3)
        source.seek(0.2)
        source.read()
    finally:
        source.close()


def watch_live(source: "FrameSource") -> None:
    """Watch a live source until it shows a picture or says why not; that is the sentence."""
    from fusion_app.sources import BufferedSource, Phase

    buffered = BufferedSource(source)
    try:
        give_up_at = time.monotonic() + LIVE_PATIENCE_S
        while buffered.state().phase is Phase.OPENING and time.monotonic() < give_up_at:
            if buffered.is_over:
                buffered.read()  # raises what ended it
            time.sleep(0.005)
        reason = buffered.state().reason
    finally:
        buffered.close()
    if reason:
        raise FusionAppError(reason)


def open_weights(path: str) -> None:
    import numpy as np

    from fusion_app.engine import open_engine
    from fusion_app.settings import FusionSettings

    engine = open_engine(FusionSettings(weights=path, runtime="torch", threads=1), is_real_time=False)
    engine.fuse(np.zeros((16, 16), np.float32), np.zeros((16, 16), np.float32))


def open_network(path: str) -> None:
    """Load weights as OpenVINO does, which asks its cache first."""
    from fusion_app.engine.cpu.openvino_models import load_openvino_model

    load_openvino_model(Path(path))


def import_weights(path: str) -> None:
    from fusion_app.engine.weights_import import import_authors_weights

    import_authors_weights(Path(path), OUT / "imported.safetensors")


def fuse(arguments: list[str]) -> None:
    """Run the command line as a user would; what it says on standard error is the sentence."""
    from fusion_app.cli import main

    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = main(["fuse", *arguments, "--model", "max", "--quiet", "--end", "0.5"])
    if code == 2:
        raise FusionAppError(said.getvalue().removeprefix("error: ").removesuffix("\n"))
    assert code in (0, 1), code


def open_recording(path: str) -> None:
    """Take the settings of a recording from the YAML beside it."""
    from fusion_app.recording.reading import is_recording, lines_of_parts, parts_of, settings_of_recording

    is_recording(Path(path))
    settings_of_recording(Path(path))
    lines_of_parts(parts_of(Path(path)))


def recover(folder: str) -> None:
    """Repair every recording that was left unfinished."""
    from fusion_app.recording import recover as repair
    from fusion_app.recording import unfinished_recordings

    for path in unfinished_recordings(Path(folder)):
        repair(path)
        assert path not in unfinished_recordings(Path(folder))


TARGETS: dict[str, Callable[..., None]] = {
    "rig": open_rig,
    "source": open_source,
    "weights": open_weights,
    "network": open_network,
    "import": import_weights,
    "fuse": fuse,
    "recording": open_recording,
    "recover": recover,
}


def attempt(target: str, argument: object) -> dict[str, str]:
    """Return what became of one case."""
    try:
        TARGETS[target](argument)
    except FusionAppError as error:
        return {"outcome": "refused", "text": str(error)}
    except BaseException:  # noqa: BLE001 - any other exception is what is looked for
        return {"outcome": "bug", "text": traceback.format_exc()}
    return {"outcome": "read", "text": ""}


def limit() -> None:
    """Make a case that asks for the whole memory or disk fail instead of getting it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Answer cases until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    log = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for standard in (1, 2):
        os.dup2(log, standard)  # what libraries print must not be taken for an answer
    faulthandler.enable(log)
    # On demand, in the thread that hangs: a dump from a thread beside it reads frames that change, and may crash.
    faulthandler.register(signal.SIGUSR1, log, all_threads=False)
    limit()
    os.chdir(OUT.parent / "in")
    keep_log()  # the only file beside OUT that a case may write to: it is open before the watch begins
    watch = Watch(OUT)
    for line in sys.stdin:
        target, argument = json.loads(line)
        os.ftruncate(log, 0)
        begin, waited_before_ms = time.monotonic(), waited_ms(os.getpid())
        with watch.watching():
            answer: dict[str, object] = dict(attempt(target, argument))
        kept_s = max(0.0, waited_ms(os.getpid()) - waited_before_ms) / 1000
        answer["seconds"] = max(0.0, time.monotonic() - begin - kept_s)
        answer["violations"] = watch.found
        answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    OUT = Path(sys.argv[1])
    main()
