from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from training.data.dataset import CropSampler, DataError, describe_data, find_pairs, load_pairs, luma, read_image


def write(path: Path, height: int = 40, width: int = 48, channels: int = 1, dtype: type = np.uint8) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (height, width) if channels == 1 else (height, width, channels)
    seed = sum(path.name.encode()) + height
    image = np.random.default_rng(seed).integers(0, 256, shape).astype(dtype)
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        write(tmp_path / "ir" / name)
        write(tmp_path / "vis" / name, channels=3)
    return tmp_path


@pytest.mark.parametrize(("ir", "vis"), [("ir", "vis"), ("Inf", "Vis"), ("infrared", "visible")])
def test_every_folder_convention_is_found_in_order(tmp_path: Path, ir: str, vis: str) -> None:
    for name in ("b", "a"):
        write(tmp_path / ir / f"{name}.png")
        write(tmp_path / vis / f"{name}.jpg", channels=3)

    pairs = find_pairs(tmp_path)

    assert [(pair.ir.name, pair.vis.name) for pair in pairs] == [("a.png", "a.jpg"), ("b.png", "b.jpg")]


def test_numbered_files_side_by_side_are_pairs(tmp_path: Path) -> None:
    for name in ("IR1.png", "VIS1.bmp", "IR2.png", "VIS2.png"):
        write(tmp_path / name)

    assert [pair.vis.name for pair in find_pairs(tmp_path)] == ["VIS1.bmp", "VIS2.png"]


def test_two_named_folders_are_a_root_and_roots_add_up(folder: Path) -> None:
    assert len(find_pairs((folder / "ir", folder / "vis"), folder)) == 4


def test_loaded_pairs_are_the_files_as_they_are(folder: Path) -> None:
    pairs = load_pairs(folder)

    assert [pair.size for pair in pairs] == [(40, 48), (40, 48)]
    assert pairs[0].ir.ndim == 2
    assert np.array_equal(pairs[0].vis, cv2.imread(str(folder / "vis" / "a.png")))


def test_the_description_of_data_changes_with_any_file(folder: Path) -> None:
    before = describe_data(load_pairs(folder), ["here"])
    assert before == describe_data(load_pairs(folder), ["here"])
    assert before.startswith("2 pairs from here; SHA-256 ")

    write(folder / "vis" / "b.png", channels=1)

    assert describe_data(load_pairs(folder), ["here"]) != before


def test_a_file_without_partner_is_named(folder: Path) -> None:
    lonely = write(folder / "ir" / "c.png")

    with pytest.raises(DataError, match=f"{lonely} has no visible partner"):
        find_pairs(folder)


def test_a_folder_without_images_is_named(folder: Path) -> None:
    for path in (folder / "vis").iterdir():
        path.unlink()

    with pytest.raises(DataError, match=f"{folder / 'vis'} holds no image"):
        find_pairs(folder)


def test_an_empty_root_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{tmp_path} holds no training pairs: expected ir/ vis/"):
        find_pairs(tmp_path)


def test_a_missing_partner_folder_is_named(tmp_path: Path) -> None:
    write(tmp_path / "ir" / "a.png")

    with pytest.raises(DataError, match=f"{tmp_path / 'vis'} is not a folder"):
        find_pairs(tmp_path)


def test_two_files_that_claim_one_name_are_named(folder: Path) -> None:
    write(folder / "ir" / "a.bmp")

    with pytest.raises(DataError, match=r"a.bmp and .*a.png claim the same pair"):
        find_pairs(folder)


def test_every_bad_file_is_named_in_one_go(folder: Path) -> None:
    small = write(folder / "vis" / "a.png", height=39)
    deep = write(folder / "ir" / "b.png", dtype=np.uint16)
    broken = folder / "ir" / "c.png"
    broken.write_bytes(b"no image")
    write(folder / "vis" / "c.png")
    empty = folder / "vis" / "d.png"
    empty.touch()
    write(folder / "ir" / "d.png")

    with pytest.raises(DataError) as caught:
        load_pairs(folder)

    lines = str(caught.value).splitlines()
    assert f"{small} is 48×39" in lines[0]
    assert lines[1] == f"{deep} has values of type uint16: training takes 8-bit images only."
    assert lines[2:] == [f"{broken} cannot be read as an image.", f"{empty} cannot be read as an image."]


def test_transparency_is_left_out(tmp_path: Path) -> None:
    assert read_image(write(tmp_path / "a.png", channels=4)).shape == (40, 48, 3)


def test_luma_is_bt601_and_not_rounded() -> None:
    blue_green_red = np.array([[[10, 20, 30]]], np.uint8)

    assert luma(blue_green_red)[0, 0] == pytest.approx(0.114 * 10 + 0.587 * 20 + 0.299 * 30)
    assert luma(blue_green_red[:, :, 0]).dtype == np.float32


def test_crops_show_the_same_place_of_both_sources(folder: Path) -> None:
    write(folder / "vis" / "a.png", channels=1)
    (folder / "ir" / "a.png").write_bytes((folder / "vis" / "a.png").read_bytes())
    (pair, _) = load_pairs(folder)

    vis, ir = CropSampler([pair], 16, torch.Generator().manual_seed(0)).draw(20)

    assert vis.shape == ir.shape == (20, 1, 16, 16)
    assert torch.equal(vis, ir)
    assert len({crop.numpy().tobytes() for crop in vis}) == 20


def test_a_restored_generator_continues_the_same_crops(folder: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    sampler = CropSampler(load_pairs(folder), 16, generator)
    sampler.draw(3)
    state = generator.get_state()
    expected = sampler.draw(3)
    generator.set_state(state)

    for crop, again in zip(expected, sampler.draw(3), strict=True):
        assert torch.equal(crop, again)


def test_a_pair_smaller_than_the_crop_is_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"a.png is 48×40, smaller than the crop of 41 pixels"):
        CropSampler(load_pairs(folder), 41, torch.Generator())


@pytest.mark.parametrize(
    ("ir", "vis"), [("00000000_ir.png", "00000000_co.png"), ("lwir/I0.png", "visible/I0.png"), ("i0.png", "v0.png")]
)
def test_pairs_are_found_by_the_names_that_the_application_finds(tmp_path: Path, ir: str, vis: str) -> None:
    write(tmp_path / ir)
    write(tmp_path / vis)

    assert [(pair.ir, pair.vis) for pair in find_pairs(tmp_path)] == [(tmp_path / ir, tmp_path / vis)]


def test_names_that_fit_two_ways_are_refused(tmp_path: Path) -> None:
    for name in ("1_ir.png", "1_vis.png", "1_rgb.png"):
        write(tmp_path / name)

    with pytest.raises(DataError, match="may belong to"):
        find_pairs(tmp_path)


def told_of(*roots: object, rule: str = "") -> tuple[list[str], list[str]]:
    """Return the names of the infrared files found, and what is said."""
    told: list[str] = []
    return [pair.ir.name for pair in find_pairs(*roots, rule=rule, tell=told.append)], told


def test_the_rule_of_each_root_is_told(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "vedai" / f"{number}_ir.png")
        write(tmp_path / "vedai" / f"{number}_co.png")
        write(tmp_path / "plain" / "ir" / f"{number}.png")
        write(tmp_path / "plain" / "vis" / f"{number}.png")
    _, told = told_of(tmp_path / "vedai", tmp_path / "plain")
    assert told == [f"{tmp_path / 'vedai'}: 3 pairs: *_ir ↔ *_co", f"{tmp_path / 'plain'}: 3 pairs: same names"]


def test_a_rule_that_is_given_leaves_out_what_has_no_partner_and_tells_it(tmp_path: Path) -> None:
    for name in ("a_heat", "b_heat", "a_day", "b_day", "c_day"):
        write(tmp_path / f"{name}.png")
    with pytest.raises(DataError, match="no training pairs"):
        find_pairs(tmp_path)
    names, told = told_of(tmp_path, rule="{}_heat.png,{}_day.png")
    assert names == ["a_heat.png", "b_heat.png"]
    assert told == [f"{tmp_path}: 2 pairs: *_heat.png ↔ *_day.png; 1 file without partner"]


def test_a_rule_that_fits_nothing_or_is_none_is_refused(folder: Path) -> None:
    for rule in ("{}_x.png,{}_y.png", "nonsense"):
        with pytest.raises(DataError, match="--pairs"):
            find_pairs(folder, rule=rule)


def test_what_may_be_meant_in_two_ways_is_refused(tmp_path: Path) -> None:
    for name in ("1_ir", "1_thermal", "1_vis", "2_ir", "2_thermal", "2_vis"):
        write(tmp_path / f"{name}.png")
    with pytest.raises(DataError, match="may belong to"):
        find_pairs(tmp_path)
