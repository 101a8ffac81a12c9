"""What cannot be read is refused in one sentence, without a password."""

import threading
import time
from pathlib import Path

import pytest

from fusion_app.errors import SourceError
from fusion_app.sources import BufferedSource, Phase, open_source
from tests.contract.test_live_sources import wait_for


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("absent.mp4", None, "does not exist"),
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"hello, this is a text", "is neither a video nor an image"),
        ("noise.mkv", bytes(range(256)) * 40, "is neither a video nor an image"),
        ("broken.png", b"\x89PNG\r\n\x1a\n", "it is cut off, damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        open_source(str(tmp_path / name))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("camera:", "names no camera"),
        ("http://127.0.0.1:9/no\nthing", "no address has"),
        ("gopher://host/x", "rtsp"),
        ("synthetic:radar", "synthetic:ir"),
        ("synthetic:ir?size=9", "synthetic:ir"),
        ("synthetic:ir?frames=-1", "synthetic:ir"),
        ("\0", "cannot be opened"),
        ("", "no source"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(uri: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        open_source(uri)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("camera:front", "is not connected; there is"),
        ("camera:987", "does not answer"),
        ("camera:99999999999999999999", "is not connected"),
        ("http://127.0.0.1:9/nothing", "does not answer"),
    ],
)
def test_a_live_source_that_is_not_there_is_a_state_with_a_countdown(uri: str, words: str) -> None:
    source = BufferedSource(open_source(uri))
    assert source.info.is_live
    assert source.info.is_guess
    state = wait_for(source, lambda state: state.phase is Phase.RECONNECTING)
    assert words in state.reason
    assert "\n" not in state.reason
    assert state.reason == source.notice
    assert state.retry_in_s is not None
    assert 0 <= state.retry_in_s <= 5
    assert state.age_s is None
    assert source.is_silent
    started = time.monotonic()
    source.close()
    assert time.monotonic() - started < 10
    assert source.state().phase is Phase.CLOSED


@pytest.mark.parametrize(
    "uri",
    [
        "http://operator:s3cret@127.0.0.1:9/stream?user=operator&password=s3cret",
        "http://operator:s3/s3cret@127.0.0.1:9/stream",
        "rtsp://127.0.0.1:9/user=operator&password=s3cret&channel=1",
        "rtsp://127.0.0.1:9/user=operator_password=s3cret_channel=1",
        "http://127.0.0.1:9/?user=operator&access_token=s3cret",
    ],
)
def test_a_password_is_never_shown(uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    source = BufferedSource(open_source(uri))
    state = wait_for(source, lambda state: state.phase is Phase.RECONNECTING)
    threads = " ".join(thread.name for thread in threading.enumerate())
    source.close()
    shown = " ".join((state.reason, source.notice, source.info.uri, threads, *capfd.readouterr()))
    assert "cret" not in shown
    assert "127.0.0.1" in state.reason
    assert "operator" in source.info.uri
    with pytest.raises(SourceError) as caught:
        open_source(uri.replace("http:", "gopher:").replace("rtsp:", "gopher:"))
    assert "cret" not in str(caught.value)


def test_an_empty_folder_and_a_loop_of_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no images"):
        open_source(str(tmp_path / "empty"))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(SourceError):
        open_source(str(tmp_path / "loop"))
