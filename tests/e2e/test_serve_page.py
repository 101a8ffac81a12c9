"""The page in a real browser, with real clicks: on a phone and on a desk, in English and in Chinese."""

import os
from pathlib import Path

import cv2
import pytest

from fusion_app.serve import pictures
from fusion_app.serve.server import Door
from fusion_app.writers import live_video
from tests.serving import serving
from tests.webdriver import Browser, browser

PHONE, DESK = (390, 844), (1280, 900)
TOKEN = "a-token-of-tests"
pytestmark = pytest.mark.timeout(400)


def kept(folder: Path, name: str) -> Path:
    """Return where a screenshot goes; with CS2FUSION_SCREENSHOTS they can be looked at afterwards."""
    wanted = os.environ.get("CS2FUSION_SCREENSHOTS")
    return (Path(wanted) if wanted else folder) / name


def choose(page: Browser, box: str, value: str) -> None:
    """Take another entry of a box, as its list does."""
    page.run(
        "const box = document.getElementById(arguments[0]); box.value = arguments[1];"
        "box.dispatchEvent(new Event('change'))",
        box,
        value,
    )


def test_a_phone_opens_the_link_looks_records_marks_and_changes_the_mode(tmp_path: Path) -> None:
    door = Door(port=0, token=TOKEN)
    with (
        serving(tmp_path / "recordings", door, size=(320, 256)) as running,
        browser(tmp_path / "profile", PHONE, is_phone=True) as phone,
    ):
        address = running.server.addresses[0]
        phone.open(address)
        assert "token" in phone.text("form label").lower()
        phone.open(f"{address}?token={TOKEN}")
        phone.wait("return hasPicture('fused')")
        phone.wait("return document.getElementById('f-fusion').textContent.includes('fps')")
        assert phone.run("return location.search") == "", "the token does not stay in the address"
        assert phone.run("return document.cookie") == "", "no script reads the cookie"
        phone.click("#record")
        phone.wait("return document.getElementById('lamp').textContent.startsWith('REC')")
        phone.click("#marker")
        phone.wait("return document.getElementById('said').textContent === 'The marker is set'")
        phone.screenshot(kept(tmp_path, "serve-phone.png"))
        phone.click("#record")
        phone.wait("return document.getElementById('lamp').textContent === 'live'")
        assert len(list(running.folder.glob("recording-*.mkv"))) == 1
        phone.click("#snapshot")
        phone.wait("return document.getElementById('said').textContent.startsWith('Kept as snapshot-')")
        choose(phone, "mode", "vis")
        phone.wait("return state.status.fusion.mode === 'vis'")
        for layout in ("visible", "ir", "difference", "swipe"):
            phone.click(f"nav [data-layout={layout}]")
            shown = "visible" if layout == "swipe" else layout
            phone.wait(f"return hasPicture('{shown}')")
            if layout == "difference":
                phone.screenshot(kept(tmp_path, "serve-phone-difference.png"))
        assert phone.run("return document.documentElement.scrollWidth <= window.innerWidth"), "all is on the screen"
        picture = cv2.imread(str(kept(tmp_path, "serve-phone.png")))
        assert picture is not None
        assert picture.std() > 10
        assert [line for line in phone.log() if "401" not in line] == []


def test_a_desk_shows_three_pictures_and_speaks_chinese(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "recordings", size=(320, 256)) as running,
        browser(tmp_path / "profile", DESK, "zh-CN") as desk,
    ):
        desk.open(running.server.addresses[0])
        desk.wait("return document.getElementById('record').textContent === '录制'")
        desk.click("nav [data-layout=all]")
        for view in ("fused", "visible", "ir"):
            desk.wait(f"return hasPicture('{view}')")
        desk.wait("return document.getElementById('f-fusion').textContent.includes('fps')")
        choose(desk, "palette", "ironbow")
        stream = "return (document.getElementById('ir-video').dataset.stream || document.getElementById('ir').src)"
        desk.wait(f"{stream}.includes('ironbow')")
        desk.wait("return hasPicture('ir')")
        desk.wait("return document.getElementById('nothing').hidden")
        desk.screenshot(kept(tmp_path, "serve-desk.png"))
        desk.click("nav [data-layout=difference]")
        desk.wait("return hasPicture('difference')")
        desk.wait("return document.getElementById('nothing').hidden")
        desk.screenshot(kept(tmp_path, "serve-desk-difference.png"))
        desk.click("#language")
        desk.wait("return document.getElementById('record').textContent === 'Record'")
        assert desk.log() == [], "the browser has nothing against the page"


def needs_h264(page: Browser) -> None:
    if not page.run("return playsVideo()"):
        pytest.skip("this Chromium plays no H.264")


def test_a_desk_gets_h264_and_can_have_jpeg_instead(tmp_path: Path) -> None:
    with (
        serving(tmp_path / "recordings", size=(320, 256)) as running,
        browser(tmp_path / "profile", DESK) as desk,
    ):
        desk.open(running.server.addresses[0])
        needs_h264(desk)
        desk.wait("return document.getElementById('fused-video').getVideoPlaybackQuality().totalVideoFrames > 20")
        desk.wait("return document.getElementById('f-transfer').textContent.startsWith('H.264')")
        brightness = (
            "const canvas = document.createElement('canvas'), video = document.getElementById('fused-video');"
            "canvas.width = video.videoWidth; canvas.height = video.videoHeight;"
            "const context = canvas.getContext('2d'); context.drawImage(video, 0, 0);"
            "const data = context.getImageData(0, 0, canvas.width, canvas.height).data;"
            "const most = data.reduce((most, one, at) => at % 4 < 3 ? Math.max(most, one) : most, 0);"
            "return [canvas.width, canvas.height, most]"
        )
        width, height, brightest = desk.run(brightness)
        assert (width, height) == (320, 256)
        assert brightest > 100
        choose(desk, "transfer", "jpeg")
        desk.wait("return document.getElementById('fused').naturalWidth > 0 && videos.fused.run === null")
        desk.wait("return document.getElementById('f-transfer').textContent === 'JPEG'")
        choose(desk, "transfer", "auto")
        desk.wait("return isVideo() && hasPicture('fused')")
        assert desk.log() == [], "the browser has nothing against the page"


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ("delete window.MediaSource; delete window.ManagedMediaSource", "JPEG: this browser plays no H.264"),
        (
            "const append = SourceBuffer.prototype.appendBuffer, wrong = new Uint8Array(64).fill(7).fill(0, 0, 3);"
            "SourceBuffer.prototype.appendBuffer = function () { append.call(this, wrong); }",
            "JPEG: H.264 failed",
        ),
    ],
    ids=["unknown", "broken"],
)
def test_a_browser_that_cannot_play_h264_gets_jpeg_and_says_so(tmp_path: Path, spoiled: str, told: str) -> None:
    with serving(tmp_path / "recordings") as running, browser(tmp_path / "profile", DESK) as desk:
        desk.before_pages(spoiled)
        desk.open(running.server.addresses[0])
        desk.wait("return document.getElementById('fused').naturalWidth > 0")
        desk.wait(f"return document.getElementById('f-transfer').textContent.startsWith('{told}')")


def test_where_the_servers_encoder_fails_the_page_takes_jpeg_by_itself_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(live_video.OPTIONS, "profile", "no-such-profile")
    monkeypatch.setattr(pictures, "TOLD_S", 1e9)
    with serving(tmp_path / "recordings") as running, browser(tmp_path / "profile", DESK) as desk:
        desk.open(running.server.addresses[0])
        needs_h264(desk)
        desk.wait("return document.getElementById('fused').naturalWidth > 0")
        desk.wait(
            "return document.getElementById('f-transfer').textContent"
            ".startsWith('JPEG: H.264 failed (the server cannot encode')"
        )
        desk.wait("return document.getElementById('notices').textContent.includes('encoded as H.264')")
