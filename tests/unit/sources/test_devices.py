import json
from pathlib import Path

import pytest

from fusion_app.cli import main
from fusion_app.cli.devices import NONE_FOUND, as_json, as_text, listed
from fusion_app.errors import SourceError
from fusion_app.sources import devices
from fusion_app.sources.devices import Camera, camera_index, cameras, choose

LEPTON = Camera("PureThermal (fw:v1.3.0)", "usb-GroupGets_PureThermal-video-index0", 2, "V4L2")
WEBCAM = Camera("HD Webcam", "usb-046d_HD_Webcam_A1-video-index0", 0, "V4L2")
TWIN = Camera("HD Webcam", "usb-046d_HD_Webcam_B2-video-index0", 4, "V4L2")


def test_the_listing_of_this_machine_is_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = cameras()
    assert main(["devices"]) == 0
    text = capsys.readouterr().out
    assert main(["devices", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert [value["name"] for value in values] == [camera.name for camera in found]
    assert all(camera.name in text for camera in found) if found else text.strip() == NONE_FOUND


def test_a_camera_is_listed_with_the_address_that_stays_its_own() -> None:
    entries = [listed(camera) for camera in (WEBCAM, LEPTON)]
    text = as_text(entries)
    assert "PureThermal" in text
    assert f"camera:{LEPTON.id}" in text
    assert "camera:2" in text
    assert json.loads(as_json(entries))[1] == {
        "name": LEPTON.name, "uri": f"camera:{LEPTON.id}", "number": 2, "backend": "V4L2", "picture": "",
    }  # fmt: skip


def test_trying_a_camera_that_is_not_there_says_so() -> None:
    gone = Camera("Gone", "gone", 97, "V4L2")
    assert "does not answer" in listed(gone, is_tried=True).picture


@pytest.mark.parametrize("wanted", [LEPTON.id, "PureThermal (fw:v1.3.0)", "puretherMAL", "thermal"])
def test_a_camera_is_found_by_id_name_or_a_part_of_its_name(wanted: str) -> None:
    assert choose(wanted, [WEBCAM, LEPTON, TWIN]) is LEPTON


def test_a_listed_address_opens_that_camera_and_no_twin() -> None:
    for camera in (WEBCAM, LEPTON, TWIN):
        assert choose(camera.uri.removeprefix("camera:"), [WEBCAM, LEPTON, TWIN]) is camera


def test_a_name_of_two_cameras_is_refused_with_the_addresses_of_both() -> None:
    with pytest.raises(SourceError) as caught:
        choose("webcam", [WEBCAM, LEPTON, TWIN])
    assert "\n" not in str(caught.value)
    assert WEBCAM.uri in str(caught.value)
    assert TWIN.uri in str(caught.value)


@pytest.mark.parametrize(("found", "words"), [([], "no camera at all"), ([WEBCAM], r"HD Webcam \(camera:0\)")])
def test_an_unknown_name_is_one_sentence_with_what_there_is(found: list[Camera], words: str) -> None:
    with pytest.raises(SourceError, match=f"camera:Seek: is not connected; there is {words}"):
        choose("Seek", found)


def test_a_number_is_the_number_of_opencv() -> None:
    assert camera_index("camera:3") == 3
    for text in ("camera:²", "camera:٣", "camera:99999999999999999999"):
        with pytest.raises(SourceError):
            camera_index(text)


def test_linux_names_a_camera_by_its_lasting_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "video2"
    device.touch()
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / "usb-Maker_Model_Serial-video-index0").symlink_to(device)
    info = devices.cv2_enumerate_cameras.CameraInfo(2, "Model", str(device), 0x1E4E, 0x0100, 200)
    monkeypatch.setattr(devices.sys, "platform", "linux")
    monkeypatch.setattr(devices, "BY_ID", tmp_path / "by-id")
    assert devices._id(info) == "usb-Maker_Model_Serial-video-index0"
    monkeypatch.setattr(devices, "BY_ID", tmp_path / "none")
    assert devices._id(info) == "1e4e:0100"
    monkeypatch.setattr(devices.sys, "platform", "win32")
    assert devices._id(info) == str(device)
