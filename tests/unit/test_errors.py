"""No password is shown, wherever it stands and whatever is wrong with the file that holds it."""

from pathlib import Path

import pytest

from fusion_app.cli import main
from fusion_app.errors import without_password, without_passwords

SECRET = "s3cr:t/x@y"


@pytest.mark.parametrize(
    "uri",
    [
        "rtsp://me:SECRET@camera/1",
        "rtsp://:SECRET@camera",
        "split:left:http://me:SECRET@camera:80/v.mjpg",
        "http://camera/v.mjpg?user=me&pwd=SECRET",
        "http://camera/v?Password=SECRET&channel=1",
        "http://camera/cgi?loginuse=me&loginpas=SECRET",
        "srt://camera:9000?passphrase=SECRET",
        "rtsp://camera/cam?auth=SECRET",
        "rtsp://camera:554/user=me_password=SECRET_channel=1",
        "rtsp://camera/user=me&password=SECRET&channel=1.sdp?",
    ],
)
def test_an_address_is_shown_without_its_password(uri: str) -> None:
    shown = without_password(uri.replace("SECRET", SECRET))
    assert "camera" in shown
    assert "…" in shown
    assert "s3cr" not in shown


def test_a_sentence_keeps_what_stands_behind_the_address() -> None:
    text = without_passwords(f"rtsp://me:{SECRET}@camera: no answer; me@home tries it again")
    assert text == "rtsp://me:…@camera: no answer; me@home tries it again"


@pytest.mark.parametrize("text", ["", "a b  c", "http://camera:80/v.mjpg?channel=1", "me@home: C:\\dir, 12:30 @ noon"])
def test_what_holds_no_password_is_left_alone(text: str) -> None:
    assert without_passwords(text) == text


@pytest.mark.parametrize(
    "rig",
    [
        "source:\n  ir: rtsp://me:secret@camera/1\n",
        "sources:\n  ir: [rtsp://me:secret@camera/1]\n",
        "sources:\n- ir: rtsp://me:secret@camera/1\n",
        'sources:\n  ir: "rtsp://me:secret@camera/1\n',
    ],
)
def test_a_mistake_in_a_rig_does_not_show_its_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rig: str
) -> None:
    path = tmp_path / "rig.yaml"
    path.write_text(rig)
    assert main(["record", str(path), "-o", str(tmp_path / "out")]) == 2
    assert "secret" not in capsys.readouterr().err


def test_one_address_where_two_are_needed_is_refused_without_its_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fuse", "rtsp://me:secret@camera/1", "-o", str(tmp_path / "o.mkv")]) == 2
    shown = capsys.readouterr().err
    assert "secret" not in shown
    assert "give the visible source as well" in shown
