"""The models of a wall fuse the session's pairs, each in its lane; one that fails leaves the others alone."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.engine.added import store
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.pipeline.difference import coloured, lumas_of
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.session.wall import Wall, WallTile
from fusion_app.settings import FusionSettings
from tests.added_networks import TWO, added
from tests.onnx_files import mean_of_two, network, node

PATIENCE_S = 60.0
SHIFTED = AlignmentProfile(((0.5, 0, 20), (0, 0.5, 10), (0, 0, 1)), (64, 48), (64, 48))


def pair_of(seed: int) -> FramePair:
    random = np.random.default_rng(seed)
    ir = Frame(random.integers(0, 256, (48, 64), np.uint8), seed / 25, seed)
    return FramePair(ir, Frame(random.integers(0, 256, (48, 64, 3), np.uint8), seed / 25, seed))


def fused_by(model: str, pair: FramePair, profile: AlignmentProfile | None = None) -> FusedFrame:
    return FusionPipeline(ClassicalEngine(model), alignment=profile or AlignmentProfile())(pair)


class Told:
    """A wall, and what it tells."""

    def __init__(self, *models: str) -> None:
        self._something = threading.Condition()
        self.wall = Wall(models, FusionSettings(), self._tell)

    def _tell(self) -> None:
        with self._something:
            self._something.notify_all()

    def wait_for(self, is_so: Callable[[tuple[WallTile, ...]], bool]) -> tuple[WallTile, ...]:
        with self._something:
            assert self._something.wait_for(lambda: is_so(self.wall.tiles()), PATIENCE_S), self.wall.tiles()
        return self.wall.tiles()


class Checks:
    """What the tiles are to be."""

    def __init__(self, pair: FramePair) -> None:
        self._pair = pair

    def __call__(self, tiles: tuple[WallTile, ...]) -> bool:
        return all(tile.trouble or (tile.fused is not None and tile.fused.pair is self._pair) for tile in tiles)


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Iterator[Told]:
    """A wall of the models that the test names."""
    told = Told(*request.param)
    told.wall.start()
    yield told
    told.wall.close(PATIENCE_S)


@pytest.mark.parametrize("told", [("max", "average", "laplacian")], indirect=True)
@pytest.mark.parametrize("profile", [AlignmentProfile(), SHIFTED])
def test_each_model_makes_what_it_makes_alone_where_infrared_lies(told: Told, profile: AlignmentProfile) -> None:
    pair = pair_of(1)
    told.wall(fused_by("average", pair, profile))
    for tile in told.wait_for(Checks(pair)):
        assert tile.fused is not None
        np.testing.assert_array_equal(tile.fused.image, fused_by(tile.model, pair, profile).image)
        assert tile.frame_ms is not None
        assert tile.description == f"{tile.model} · CPU"


@pytest.mark.parametrize("told", [("max", "nothing-of-that-name", "average")], indirect=True)
def test_a_model_that_cannot_be_opened_says_so_and_the_others_go_on(told: Told) -> None:
    for seed in (1, 2):
        pair = pair_of(seed)
        told.wall(fused_by("max", pair))
        tiles = told.wait_for(Checks(pair))
    assert [bool(tile.trouble) for tile in tiles] == [False, True, False]
    assert "nothing-of-that-name" in tiles[1].trouble


def test_a_network_that_fails_on_a_frame_says_so_and_no_other_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    root = network(  # of numbers below zero where infrared is brighter than the demo's: nobody could know before
        {"vis": (1, 1, "h", "w"), "ir": (1, 1, "h", "w")},
        {"fused": (1, 1, "h", "w")},
        [node("Sub", ("most", "ir"), "left"), node("Sqrt", ("left",), "root"), node("Mul", ("root", "vis"), "fused")],
        {"most": np.float32([0.97])},
    )
    added(tmp_path, root, TWO, "root")
    added(tmp_path, mean_of_two(), TWO, "mean")
    told = Told("root", "mean")
    told.wall.start()
    pair = pair_of(1)
    told.wall(fused_by("max", pair))
    failing, mean = told.wait_for(Checks(pair))
    told.wall.close(PATIENCE_S)
    assert "no numbers" in failing.trouble
    assert failing.fused is None
    assert mean.description.startswith("mean · CPU")
    assert mean.fused is not None


class Slow(ClassicalEngine):
    """An engine whose frames take until somebody lets them go."""

    def __init__(self) -> None:
        super().__init__("average")
        self.goes_on = threading.Event()

    def fuse(self, ir: np.ndarray, vis: np.ndarray) -> np.ndarray:
        """Fuse, once that is allowed."""
        assert self.goes_on.wait(PATIENCE_S)
        return super().fuse(ir, vis)


def test_a_slow_model_holds_up_no_other_and_what_it_misses_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    engines = {"max": ClassicalEngine("max"), "average": slow}
    monkeypatch.setattr("fusion_app.session.wall_lane.open_engine", lambda settings, **_: engines[settings.model])
    told = Told("average", "max")
    told.wall.start()
    try:
        pairs = [pair_of(seed) for seed in range(1, 5)]
        for pair in pairs:
            told.wall(fused_by("max", pair))
            told.wait_for(lambda tiles, pair=pair: tiles[1].fused is not None and tiles[1].fused.pair is pair)
        first = told.wall.tiles()
        assert first[0].fused is None
        assert first[1].dropped == 0
        slow.goes_on.set()
        last = told.wait_for(Checks(pairs[-1]))
    finally:
        slow.goes_on.set()
        told.wall.close(PATIENCE_S)
    assert last[0].dropped == 2
    assert last[1].dropped == 0


@pytest.mark.parametrize("told", [("max", "average")], indirect=True)
def test_each_tile_is_looked_at_and_shows_what_infrared_adds_when_that_is_wanted(told: Told) -> None:
    told.wall(fused_by("max", pair_of(1)))
    for tile in told.wait_for(lambda tiles: all(tile.glance is not None for tile in tiles)):
        assert tile.fused is not None
        assert tile.glance is not None
        assert 0 < tile.glance.entropy <= 8
        assert tile.difference is None
    told.wall.show_difference(is_on=True)
    for tile in told.wait_for(lambda tiles: all(tile.difference is not None for tile in tiles)):
        assert tile.fused is not None
        lumas = lumas_of(tile.fused)
        assert lumas is not None
        np.testing.assert_array_equal(tile.difference, coloured(lumas))
    told.wall.show_difference(is_on=False)
    told.wait_for(lambda tiles: all(tile.difference is None for tile in tiles))


@pytest.mark.parametrize("told", [("max", "average")], indirect=True)
def test_a_wall_that_is_held_stays_at_its_pair(told: Told) -> None:
    held, later = fused_by("max", pair_of(1)), fused_by("max", pair_of(2))
    told.wall.hold(held)
    told.wall(later)
    told.wait_for(Checks(held.pair))
    told.wall.hold(None)
    told.wall(later)
    told.wait_for(Checks(later.pair))


@pytest.mark.parametrize("told", [("max",)], indirect=True)
def test_a_wall_at_rest_fuses_nothing_until_it_goes_on(told: Told) -> None:
    first, second = pair_of(1), pair_of(2)
    told.wall(fused_by("max", first))
    told.wait_for(Checks(first))
    told.wall.rest(is_resting=True)
    told.wall(fused_by("max", second))
    assert Checks(first)(told.wall.tiles())
    told.wall.rest(is_resting=False)
    told.wait_for(Checks(second))


@pytest.mark.parametrize("told", [("max",)], indirect=True)
def test_a_tile_tells_that_its_pair_is_older_than_the_newest(told: Told) -> None:
    first = pair_of(1)
    told.wall(fused_by("max", first))
    assert told.wait_for(Checks(first))[0].behind_s == 0
    told.wall.rest(is_resting=True)
    told.wall(fused_by("max", pair_of(2)))
    assert told.wall.tiles()[0].behind_s > 0
