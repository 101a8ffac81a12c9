"""No password is shown, wherever it stands and whatever is wrong with the file that holds it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion_app.cli import main
from fusion_app.errors import SettingsError, SourceError, without_password, without_passwords
from fusion_app.settings import Settings, SourceSettings, load_settings, save_settings
from tests.servers import mjpeg_camera

SECRET = "s3cr:t/x@y"

# -- addresses that nobody thought of

MARK = "S3cr3t"
PARAMETERS = [
    "userpwd",
    "api-key",
    "apikey",
    "accesskey",
    "streamkey",
    "sig",
    "jwt",
    "session",
    "password",
    "passwd",
    "pwd",
    "token",
    "access_token",
    "auth",
    "Password",
    "X-Amz-Signature",
    "client_secret",
    "sessionid",
    "p%61ss",
    "loginpas",
    "passphrase",
    "key",
]
odd = st.text(st.sampled_from("ab1:/@?#&=;, .%'\"\\[]"), max_size=12)
secrets = st.builds("{}{}{}".format, odd, st.just(MARK), odd)
users = st.text(st.sampled_from("me1.@-_"), max_size=8)
starts = st.sampled_from(("rtsp://", "HTTP://", "split:left:https://", "srt://", "rtsp:/", "rtmp:/", "foo+bar://"))
with_password = st.builds("{}{}:{}@camera/1?channel=2".format, starts, users, secrets)
with_token = st.builds(
    "{}{}{}@camera/1".format,
    starts,
    secrets.map(lambda text: text.replace(":", "").replace(" ", "")),
    st.sampled_from(("", ":")),
)
with_parameter = st.builds(
    "{}camera/1{}{}={}&channel=2".format,
    starts,
    st.sampled_from("?&/;"),
    st.sampled_from(PARAMETERS),
    st.builds("{}{}".format, st.just(MARK), odd.map(lambda text: text.replace("&", ""))),
)
addresses = st.one_of(with_password, with_token, with_parameter)


@given(addresses)
def test_no_address_is_shown_with_its_secret(uri: str) -> None:
    assert MARK not in without_password(uri)


@given(with_password)
def test_an_address_keeps_where_it_leads(uri: str) -> None:
    assert without_password(uri).endswith("@camera/1?channel=2")


@given(addresses)
def test_what_is_hidden_once_is_not_touched_again(uri: str) -> None:
    once = without_password(uri)
    assert without_password(once) == once


@given(addresses, st.sampled_from(("does not answer", "ends; me@home tries it again", "(no picture: 3 @ 4)")))
def test_no_sentence_holds_a_secret_wherever_the_address_stands(uri: str, rest: str) -> None:
    for text in (f"{uri}: {rest}", f"it is {uri} that {rest}", f"{uri} is live and {uri} is none; {rest}"):
        assert MARK not in without_passwords(text)
    assert MARK not in str(SourceError(uri, rest))


@given(st.one_of(with_password, with_token), st.sampled_from(("does not answer", "ends; me@home tries it again")))
def test_an_error_keeps_what_is_the_matter_whatever_the_password(uri: str, hint: str) -> None:
    assert str(SourceError(uri, hint)).endswith(f"@{uri.rpartition('@')[2]}: {hint}")


@given(addresses, st.integers(0, 120))
def test_no_half_of_a_long_value_holds_a_secret(uri: str, length: int) -> None:
    long = uri.replace(MARK, "x" * length + MARK + "y" * length)
    for value in (long, [long], {"ir": {"vis": long}}):
        assert MARK not in str(SettingsError("sources.ir", value, "text"))


# -- those that were met


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
        "rtsp://me@home.org:SECRET@camera/x",
        "rtsp://s3cr3t-TOKEN@camera/x",
        "rtsp://me:my SECRET has spaces@camera/x",
        *(f"http://camera/v?{name}=SECRET" for name in ("userpwd", "api-key", "accesskey", "streamkey", "sig", "jwt")),
        "http://camera/v?session=SECRET",
    ],
)
def test_an_address_is_shown_without_its_password(uri: str) -> None:
    shown = without_password(uri.replace("SECRET", SECRET))
    assert "camera" in shown
    assert "…" in shown
    assert "s3cr" not in shown


def test_a_sentence_keeps_what_stands_behind_the_address() -> None:
    text = str(SourceError(f"rtsp://me:{SECRET}@camera", "no answer; me@home tries it again"))
    assert text == "rtsp://me:…@camera: no answer; me@home tries it again"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b  c",
        "http://camera:80/v.mjpg?channel=1",
        "me@home: C:\\dir, 12:30 @ noon",
        "rtsp://cam/1 is live and /data/me@home/a.mkv is not",
        "http://camera/v: no answer; me@home",
    ],
)
def test_what_holds_no_password_is_left_alone(text: str) -> None:
    assert without_passwords(text) == text


@pytest.mark.parametrize(
    "rig",
    [
        "source:\n  ir: rtsp://me:secret@camera/1\n",
        "sources:\n  ir: [rtsp://me:secret@camera/1]\n",
        "sources:\n- ir: rtsp://me:secret@camera/1\n",
        'sources:\n  ir: "rtsp://me:secret@camera/1\n',
        "sources:\n  ir: rtsp://me:my secret@camera/1\n  vis: [\n",
        f"sources:\n  ir: rtsp://me:{'x' * 90}secret{'y' * 90}@camera/1: [\n",
        f"rtsp://me:{'x' * 30}secret{'y' * 90}@camera/1: 3\n",
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


@pytest.mark.parametrize(
    "uri",
    [
        "rtsp://:SECRET://@camera/1",
        "rtsp://me:1/ SECRET://@camera/1",
        "rtsp://me:a b/c SECRET://@camera/1",
        "http://camera/v?pwd=SECRET://x",
        "http://proxy/?url=rtsp://me:SECRET@camera/1",
    ],
)
def test_what_looks_like_an_address_within_a_password_is_part_of_it(uri: str) -> None:
    for text in (f"{uri}: no answer", f"rtsp://camera:554/1 and {uri} do not answer"):
        shown = without_passwords(text.replace("SECRET", MARK))
        assert MARK not in shown
        assert "answer" in shown or "…" in shown


def test_two_addresses_in_a_sentence_are_two() -> None:
    text = without_passwords(f"rtsp://camera:554/1 and rtsp://me:{SECRET}@camera/2")
    assert text == "rtsp://camera:554/1 and rtsp://me:…@camera/2"


# -- from end to end


def test_a_recording_and_its_reports_hold_no_password(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with mjpeg_camera() as url:
        secret = url.replace("://", f"://me@home.org:{MARK}@") + f"?jwt={MARK}"
        options = ["-o", str(tmp_path), "--model", "max", "--tracks", "fused", "--duration"]
        # a busy machine may not fuse a frame within half a second
        assert 0 in (main(["record", secret, secret, *options, duration]) for duration in ("0.5", "5", "30"))
    said = "".join(capfd.readouterr())
    assert said
    written = "".join(path.read_text() for path in (*tmp_path.glob("*.yaml"), *tmp_path.glob("*.csv")))
    assert "me@home.org:…@127.0.0.1" in written
    assert MARK not in written + said + caplog.text
    assert not any(MARK.encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_a_recording_of_a_camera_that_does_not_answer_says_so_without_its_password(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    uri = f"rtsp://me@home.org:{MARK}@127.0.0.1:9/x"
    assert main(["record", uri, uri, "-o", str(tmp_path), "--duration", "0.2", "--model", "max"]) == 2
    said = "".join(capfd.readouterr())
    assert "rtsp://me@home.org:…@127.0.0.1:9/x" in said
    assert MARK not in said


def test_only_its_user_may_read_a_rig_that_holds_a_password(tmp_path: Path) -> None:
    path = tmp_path / "rig.yaml"
    path.touch(0o644)
    settings = Settings(SourceSettings(f"rtsp://me@home.org:{MARK}@camera/1", "camera:0"))
    save_settings(path, settings)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_settings(path) == settings


def test_everybody_may_read_a_rig_without_a_password(tmp_path: Path) -> None:
    save_settings(tmp_path / "rig.yaml", Settings(SourceSettings("rtsp://camera/1", "camera:0")))
    assert (tmp_path / "rig.yaml").stat().st_mode & 0o044 == 0o044
