"""Every command that the guide tells works as it is written, on small things of the names that the guide uses."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fusion_app.cli import main
from fusion_app.cli.commands import COMMANDS
from tests.guide import FPS, GUIDE, MADE, OUTPUTS, ROOT, Block, blocks, in_place_of_cameras, make, pages
from tests.servers import mjpeg_camera
from training.evaluate import main as evaluate
from training.train import main as train

ENGLISH = [block for page in pages() for block in blocks(page)]
PROGRAM = ["python", "main.py"]
TRAINING = ["python", "-m", "training.train"]
NAMES = set(COMMANDS) - {"view", "demo"}
PATIENCE_S = 90
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what the guide names is kept once it is made."""
    return tmp_path_factory.mktemp("guide")


@pytest.fixture
def place(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Block], None]:
    """Return a function that goes to a folder in which everything is that a block begins with."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CS2FUSION_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    def bring(block: Block) -> None:
        lasts = any(" sync " in command for command in block.commands)
        kept = store / ("lasting" if lasts else "short")
        kept.mkdir(exist_ok=True)
        for name in dict.fromkeys(block.inputs()):
            if name == "FUSED" and any("batch --join" in command for command in block.commands):
                continue  # the queue that the block itself begins
            if not (kept / name).exists():
                make(name, kept, lasts=lasts)
            for there in kept.glob(f"{Path(name).stem}.*" if name == "RECORDING.mkv" else name):
                (shutil.copytree if there.is_dir() else shutil.copy)(there, tmp_path / there.name)

    return bring


def run(command: str, address: str) -> int:
    """Run one command of the guide and return its exit code."""
    first, *told = shlex.split(command)
    if first == "make":
        return int(not re.search(rf"^{told[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    is_window = [first, told[0]] == PROGRAM and told[1] not in NAMES
    words = in_place_of_cameras(command, address, is_window=is_window)
    if told[:2] == ["-m", "training.evaluate"]:
        return evaluate(words[3:])
    assert words[:2] == PROGRAM, f"a command that this test does not know: {command}"
    return run_window(words[2:]) if is_window else run_program(words[2:])


def run_program(arguments: list[str]) -> int:
    """Run a command that needs no window; one that goes on until it is ended is ended once it works."""
    if arguments[0] == "serve":
        return until([*arguments, "--port", "0"], lambda: "http://127.0.0.1:" in SAID.read_text(), "address")
    if arguments[0] == "record" and "--duration" not in arguments:
        return until(arguments, lambda: any(Path("FOLDER").glob("*.csv")), "recording")
    code = main(arguments)
    if arguments[0] == "doctor":
        return int(code not in (0, 1))  # 1: this machine lacks something, and it is told
    return code


def run_window(arguments: list[str]) -> int:
    """Open the window; end it once it remembers what is open, which it does when that has been opened."""
    shutil.rmtree("config", ignore_errors=True)  # of a window before
    opened = re.compile(r"^recent=", re.MULTILINE)
    return until(arguments, lambda: opened.search(settings_of_the_window()) is not None, "picture")


def settings_of_the_window() -> str:
    """Return what the window has written down; it names what is open once that has been opened."""
    path = Path("config/CS2Fusion/CS2Fusion Live.conf")
    return path.read_text(encoding="utf-8") if path.exists() else ""


SAID = Path("said.txt")


def until(arguments: list[str], is_up: Callable[[], bool], what: str) -> int:
    """Run what goes on until it is ended; end it as soon as it is up, and return its exit code."""
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    home = {"HOME": str(Path.cwd()), "XDG_CONFIG_HOME": str(Path.cwd() / "config")}
    with (
        SAID.open("w") as said,
        subprocess.Popen(command, env={**os.environ, **home}, stdout=said, stderr=said) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not is_up():
                assert process.poll() is None, f"it ended: {SAID.read_text()}"
                assert time.monotonic() < deadline, f"there is no {what}: {SAID.read_text()}"
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)
        finally:
            if process.poll() is None:
                process.kill()
    assert "Traceback" not in SAID.read_text()
    return process.returncode


@pytest.fixture(scope="module")
def worked() -> set[str]:
    """The commands that have worked and whose second time would show nothing new: the guide tells some twice."""
    return set()


def needs_nothing(command: str) -> bool:
    """Tell whether a command reads no file and writes none."""
    return not any(word in MADE or word in OUTPUTS for word in shlex.split(command))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a camera on loopback."""
    with mjpeg_camera(FPS, (160, 120)) as url:
        yield url


@pytest.mark.skipif(sys.platform == "win32", reason="ends windows by POSIX signals")
@pytest.mark.parametrize("block", ENGLISH, ids=lambda block: block.name)
def test_the_commands_work_as_they_are_written(
    block: Block, place: Callable[[Block], None], address: str, worked: set[str]
) -> None:
    place(block)
    for command in block.commands:
        if shlex.split(command)[:3] != TRAINING and command not in worked:
            assert run(command, address) == 0, command
            if needs_nothing(command):
                worked.add(command)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_training_works_as_it_is_written(place: Callable[[Block], None]) -> None:
    commands = [(block, one) for block in ENGLISH for one in block.commands if shlex.split(one)[:3] == TRAINING]
    assert commands
    for block, command in commands:
        place(block)
        assert train(in_place_of_cameras(command, "", is_window=False)[3:]) == 0


def test_what_a_command_reads_is_known_to_this_test() -> None:
    """Names in capitals that are no output would otherwise be taken for files that the test has forgotten."""
    outputs = {
        "OUT",
        "OUT.mkv",
        "NET.png",
        "RUN",
        "PART.mkv",
        "HOT.mkv",
        "MAPS",
        "REPORT.json",
        "DESK.png",
        "DESK",
        "ORDERED",
    }
    told = {word for block in ENGLISH for command in block.commands for word in shlex.split(command)}
    capitals = {word for word in told if re.fullmatch(r"[A-Z][A-Z0-9]+(\.\w+)?", word)}
    assert capitals <= outputs | MADE.keys()


def test_every_page_tells_commands_and_every_block_of_code_is_one() -> None:
    assert len(ENGLISH) > 20
    for page in pages():
        fences = re.findall(r"^```(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(fences) <= {"sh"}, page


@pytest.mark.parametrize("folder", [path for path in GUIDE.iterdir() if path.is_dir()], ids=lambda path: path.name)
def test_a_translation_has_the_same_pages_and_the_same_commands(folder: Path) -> None:
    assert [page.name for page in pages(folder)] == [page.name for page in pages()]
    for page in pages():
        translated = [block.commands for block in blocks(folder / page.name)]
        assert translated == [block.commands for block in blocks(page)], page.name


def linked(page: Path) -> list[tuple[Path, str]]:
    """Return the files, and the places in them, that a page links."""
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    parts = [one.partition("#") for one in found if "://" not in one]
    return [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in parts]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize(
    "page",
    [*sorted(GUIDE.rglob("*.md")), *sorted(ROOT.glob("README*.md"))],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, anchor in linked(page):
        assert path.exists(), path
        assert not anchor or anchor in anchors(path), f"{path} has no {anchor}"
