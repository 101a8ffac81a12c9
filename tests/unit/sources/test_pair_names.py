"""Pairs are found by the names that data sets, cameras and people use; what is ambiguous is refused."""

from pathlib import Path

import pytest

from fusion_app.errors import PairingError
from fusion_app.sources.pair_names import PairPlan, plan_pairs
from fusion_app.sources.pair_words import Side, side_of

KINDS = (".png", ".jpg", ".jpeg", ".tif", ".bmp")


def laid(folder: Path, *names: str) -> Path:
    """Lay empty files; the names say all that counts."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def found(plan: PairPlan, folder: Path) -> dict[str, str]:
    return {pair.ir.relative_to(folder).as_posix(): pair.vis.relative_to(folder).as_posix() for pair in plan.pairs}


ONE_FOLDER = {
    "VEDAI": {"00000000_ir.png": "00000000_co.png", "00000001_ir.png": "00000001_co.png"},
    "TNO": {"IR1.png": "VIS1.png", "IR10.png": "VIS10.png"},
    "TNO, original": {"Athena/IR_meting003_r.bmp": "Athena/VIS_meting003_r.bmp", "bunker/IR.bmp": "bunker/VIS.bmp"},
    "KAIST": {"lwir/I00000.jpg": "visible/I00000.jpg", "lwir/I00001.jpg": "visible/I00001.jpg"},
    "KAIST, sets": {
        "set00/V000/lwir/I00000.jpg": "set00/V000/visible/I00000.jpg",
        "set00/V001/lwir/I00000.jpg": "set00/V001/visible/I00000.jpg",
    },
    "KAIST, cleaned": {"set00_V000_I01217_lwir.png": "set00_V000_I01217_visible.png"},
    "LLVIP": {
        "infrared/train/010001.jpg": "visible/train/010001.jpg",
        "infrared/test/190001.jpg": "visible/test/190001.jpg",
    },
    "M3FD": {"Ir/00000.png": "Vis/00000.png"},
    "MSRS": {"ir/00537D.png": "vi/00537D.png", "ir/00881N.png": "vi/00881N.png"},
    "RoadScene": {"cropinfrared/FLIR_00006.jpg": "crop_LR_visible/FLIR_00006.jpg"},
    "FLIR ADAS 1.3": {"thermal_8_bit/FLIR_00001.jpeg": "RGB/FLIR_00001.jpg"},
    "FLIR ADAS 1.3, aligned": {"FLIR_00001_PreviewData.jpeg": "FLIR_00001_RGB.jpg"},
    "DroneVehicle": {"train/trainimgr/00001.jpg": "train/trainimg/00001.jpg"},
    "VTUAV": {"bus_001/ir/000000.jpg": "bus_001/rgb/000000.jpg"},
    "LasHeR": {"infrared/i00000.jpg": "visible/v00000.jpg", "infrared/i00001.jpg": "visible/v00001.jpg"},
    "RGBT234": {"infrared/000001i.jpg": "visible/000001v.jpg"},
    "RGBT234, flat": {"000001i.jpg": "000001v.jpg", "000002i.jpg": "000002v.jpg"},
    "GTOT": {"i/00001i.png": "v/00001v.png"},
    "CVC-14": {
        "Night/FIR/FramesPos/2014_05_04_23_00_13_016000.tif": "Night/Visible/FramesPos/2014_05_04_23_00_13_016000.tif",
        "Day/FIR/FramesPos/2014_05_01_17_32_39_371000.tif": "Day/Visible/FramesPos/2014_05_01_17_32_39_371000.tif",
    },
    "M3SVD": {"infrared_Enhance/0111_1716/00001.png": "visible_Enhance/0111_1716/00001.png"},
    "DJI": {"DJI_20230512101500_0001_T.JPG": "DJI_20230512101500_0001_W.JPG"},
    "DJI, a second apart": {"DJI_20230512101500_0001_T.JPG": "DJI_20230512101501_0001_V.JPG"},
    "words first": {"thermal_0001.tif": "rgb_0001.jpg"},
    "words in the middle": {"shot_ir_0001_a.png": "shot_vis_0001_a.png"},
    "capitals": {"IRImage12.png": "VISImage12.png"},
}


@pytest.mark.parametrize("name", ONE_FOLDER)
def test_pairs_of_one_folder_are_found(tmp_path: Path, name: str) -> None:
    pairs = ONE_FOLDER[name]
    laid(tmp_path, *pairs, *pairs.values())
    plan = plan_pairs(tmp_path, tmp_path, KINDS)
    assert found(plan, tmp_path) == pairs
    assert not plan.alone


TWO_FOLDERS = {
    "same names": ("ir/a.png", "vis/a.png"),
    "LasHeR": ("infrared/i00007.jpg", "visible/v00007.jpg"),
    "RGBT234": ("infrared/000001i.jpg", "visible/000001v.jpg"),
    "FLIR ADAS, aligned": ("t/FLIR_1_PreviewData.jpeg", "c/FLIR_1_RGB.jpg"),
    "one side says so": ("thermal/FLIR_1.jpg", "colour/FLIR_1_RGB.jpg"),
    "RoadScene": ("cropinfrared/FLIR_00006.jpg", "crop_HR_visible/FLIR_00006.jpg"),
    "M3SVD": ("infrared_Enhance/0111/00001.png", "visible_Enhance/0111/00001.png"),
    "words nobody knows": ("a/heat-007.png", "b/photo 7.png"),
    "numbers alone": ("a/0007.png", "b/7.png"),
}


@pytest.mark.parametrize("name", TWO_FOLDERS)
def test_pairs_of_two_folders_are_found(tmp_path: Path, name: str) -> None:
    ir, vis = TWO_FOLDERS[name]
    more = [path.replace("7", "8").replace("1", "2").replace("6", "5").replace("a.png", "b.png") for path in (ir, vis)]
    laid(tmp_path, ir, vis, *more)
    roots = [tmp_path / path.split("/")[0] for path in (ir, vis)]
    plan = plan_pairs(roots[0], roots[1], KINDS)
    assert found(plan, tmp_path) == {ir: vis, more[0]: more[1]}


def test_the_map_of_flir_adas_2_is_read(tmp_path: Path) -> None:
    rgb, thermal = "video-B-frame-000745-Sc", "video-Z-frame-000745-Qx"
    laid(tmp_path, f"video_rgb_test/data/{rgb}.jpg", f"video_thermal_test/data/{thermal}.jpg")
    (tmp_path / "rgb_to_thermal_vid_map.json").write_text(f'{{"{rgb}.jpg": "{thermal}.jpg"}}')
    plan = plan_pairs(tmp_path / "video_thermal_test/data", tmp_path / "video_rgb_test/data", KINDS)
    assert [(pair.ir.stem, pair.vis.stem) for pair in plan.pairs] == [(thermal, rgb)]


def test_flir_adas_2_without_its_map_is_refused(tmp_path: Path) -> None:
    laid(
        tmp_path, "images_thermal_train/data/video-Z-frame-000001-Qx.jpg", "images_rgb_train/data/video-B-frame-7-S.jpg"
    )
    with pytest.raises(PairingError, match="--pairs"):
        plan_pairs(tmp_path / "images_thermal_train", tmp_path / "images_rgb_train", KINDS)
    with pytest.raises(PairingError, match="--pairs"):
        plan_pairs(tmp_path, tmp_path, KINDS)


def test_the_rule_and_what_is_left_alone_are_told(tmp_path: Path) -> None:
    laid(tmp_path, *(f"{n:04d}_{side}.png" for n in range(40) for side in ("ir", "co")), "0040_ir.png", "map.png")
    assert str(plan_pairs(tmp_path, tmp_path, KINDS)) == "40 pairs: *_ir ↔ *_co; 2 files without partner"


def test_pairs_come_in_the_order_people_count(tmp_path: Path) -> None:
    laid(tmp_path, *(f"{side}{n}.png" for n in (10, 2, 1) for side in ("IR", "VIS")))
    assert [pair.name for pair in plan_pairs(tmp_path, tmp_path, KINDS).pairs] == ["VIS1", "VIS2", "VIS10"]


def test_names_of_outputs_differ_though_files_of_several_folders_have_one_name(tmp_path: Path) -> None:
    pairs = ONE_FOLDER["KAIST, sets"]
    laid(tmp_path, *pairs, *pairs.values())
    names = [pair.name for pair in plan_pairs(tmp_path, tmp_path, KINDS).pairs]
    assert len(set(names)) == 2


def test_the_wide_camera_of_a_drone_is_taken_and_the_others_are_told(tmp_path: Path) -> None:
    laid(tmp_path, *(f"DJI_20230512101500_0001_{camera}.JPG" for camera in "TWZ"))
    plan = plan_pairs(tmp_path, tmp_path, KINDS)
    assert [pair.vis.name for pair in plan.pairs] == ["DJI_20230512101500_0001_W.JPG"]
    assert "*_Z left out" in str(plan)


def test_of_several_folders_the_one_with_the_bare_name_is_taken(tmp_path: Path) -> None:
    laid(tmp_path, "ir/1.png", "vis/1.png", "vis_hr/1.png", "ir_label/1.png")
    plan = plan_pairs(tmp_path, tmp_path, KINDS)
    assert found(plan, tmp_path) == {"ir/1.png": "vis/1.png"}
    assert "vis_hr/* left out" in str(plan) or "vis_hr/*, ir_label/* left out" in str(plan)


def test_shots_of_one_number_and_other_times_are_no_pair(tmp_path: Path) -> None:
    laid(tmp_path, "DJI_20230512101500_0001_T.JPG", "DJI_20230512111500_0001_W.JPG")
    with pytest.raises(PairingError):
        plan_pairs(tmp_path, tmp_path, KINDS)


def test_no_picture_of_a_drone_is_in_two_pairs(tmp_path: Path) -> None:
    thermal = [f"DJI_2023051210150{second}_T.JPG" for second in (0, 2, 4)]
    wide = [f"DJI_2023051210150{second}_W.JPG" for second in (1, 3, 5)]
    plan = plan_pairs(laid(tmp_path, *thermal, *wide), tmp_path, KINDS)
    assert found(plan, tmp_path) == dict(zip(thermal, wide, strict=True))
    (tmp_path / wide[1]).unlink()
    (tmp_path / wide[2]).unlink()
    plan = plan_pairs(tmp_path, tmp_path, KINDS)
    assert found(plan, tmp_path) == {thermal[0]: wide[0]}
    assert len(plan.alone) == 2


def test_no_two_pairs_have_one_name(tmp_path: Path) -> None:
    inside = ("a/b_1.png", "a_b/1.png", "c/1.png")
    laid(tmp_path, *(f"{side}/{name}" for side in ("infrared", "visible") for name in inside))
    names = [pair.name for pair in plan_pairs(tmp_path / "infrared", tmp_path / "visible", KINDS).pairs]
    assert len(set(names)) == len(names) == 3


@pytest.mark.parametrize(
    "names",
    [
        ("ir/1.png", "vis/1.png", "rgb/1.png"),
        ("thermal_8_bit/1.png", "thermal_16_bit/1.png", "RGB/1.png"),
        ("cropinfrared/1.jpg", "crop_LR_visible/1.jpg", "crop_HR_visible/1.jpg"),
        ("1_ir.png", "1_vis.png", "1_rgb.png"),
    ],
)
def test_two_sets_that_would_fit_are_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    laid(tmp_path, *names)
    with pytest.raises(PairingError, match="may belong to"):
        plan_pairs(tmp_path, tmp_path, KINDS)


@pytest.mark.parametrize("names", [("a.png", "b.png"), ("1_left.png", "1_right.png"), ("1_ir.png", "2_ir.png")])
def test_a_folder_that_does_not_say_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    laid(tmp_path, *names)
    with pytest.raises(PairingError, match="--pairs"):
        plan_pairs(tmp_path, tmp_path, KINDS)


def test_a_picture_is_never_paired_with_itself(tmp_path: Path) -> None:
    for pairs in ONE_FOLDER.values():
        laid(tmp_path / "x", *pairs, *pairs.values())
    for one, other in ((tmp_path / "x", tmp_path / "x"), (tmp_path / "x", tmp_path / "x" / ".." / "x")):
        try:
            plan = plan_pairs(one, other, KINDS)
        except PairingError:
            continue
        assert all(pair.ir.resolve() != pair.vis.resolve() for pair in plan.pairs)


def test_a_rule_of_the_user_is_stronger(tmp_path: Path) -> None:
    laid(tmp_path, "7_left.png", "7_right.png", "8_left.png", "x/9.heat.tif", "y/9.jpg")
    plan = plan_pairs(tmp_path, tmp_path, KINDS, "{}_left.png,{}_right.png")
    assert found(plan, tmp_path) == {"7_left.png": "7_right.png"}
    assert str(plan) == "1 pair: *_left.png ↔ *_right.png; 1 file without partner"
    plan = plan_pairs(tmp_path, tmp_path, KINDS, "x/{}.heat.*, y/{}.*")
    assert found(plan, tmp_path) == {"x/9.heat.tif": "y/9.jpg"}


@pytest.mark.parametrize("rule", ["{}_ir", "{}_ir.png", "{}{}.png,{}.png", "a.png,b.png", "{}.x,{}.y"])
def test_a_rule_that_cannot_be_is_refused(tmp_path: Path, rule: str) -> None:
    laid(tmp_path, "1_ir.png", "1_co.png")
    with pytest.raises(PairingError, match="--pairs"):
        plan_pairs(tmp_path, tmp_path, KINDS, rule)


def test_the_side_of_a_single_name() -> None:
    said = {"thermal.mp4": Side.IR, "FLIR": Side.IR, "lwir": Side.IR, "cam_rgb": Side.VIS, "visible.avi": Side.VIS}
    said |= {"dcim": None, "ir_vis": None, "first": None, "vision": None}
    for name, side in said.items():
        assert side_of(name) is side, name
