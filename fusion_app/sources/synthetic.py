"""A rendered street at dusk, as an infrared and a visible camera would see it: the demo pair and the tests' video.

What each camera misses is what fusion is for. The visible camera loses a walker behind drifting smoke and another in
the glare of a lamp; the infrared camera sees both, and neither the windows nor the road markings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.errors import SourceError
from fusion_app.frames import Frame, Image, Size
from fusion_app.sources.base import FrameSource, SourceInfo

Layer = npt.NDArray[np.float32]

DEMO_SIZE = Size(320, 256)
HORIZON = 0.42
LAMP = (0.735, 0.215)
MAX_FRAMES = 1_000_000


@dataclass(frozen=True)
class Walker:
    """One person: where the feet are (0…1 of the picture), how tall, and how fast (picture widths per frame)."""

    x: float
    feet: float
    height: float
    speed: float
    clothing: tuple[int, int, int]
    warmth: float


WALKERS = (
    Walker(0.30, 0.86, 0.42, 0.0016, (38, 36, 42), 205),
    Walker(0.56, 0.74, 0.30, -0.0018, (44, 40, 36), 190),
    Walker(0.80, 0.66, 0.23, 0.0011, (58, 52, 50), 180),
    Walker(0.08, 0.70, 0.26, 0.0030, (50, 58, 48), 185),
)


@dataclass(frozen=True)
class Scene:
    """The street: the same for both cameras, the same for the same seed.

    Attributes:
        size: Width and height of the pictures, pixels.
        seed: Of textures and noise.
    """

    size: Size = DEMO_SIZE
    seed: int = 5

    def visible(self, index: int) -> Image:
        """Return frame ``index`` of the visible camera, ``(H, W, 3)`` uint8 BGR."""
        picture = self._background_vis.copy()
        for walker in WALKERS:
            _blend(picture, self._walker(walker, index), np.array(walker.clothing, np.float32))
        _blend(picture, self._smoke(index), np.array((172, 168, 166), np.float32))
        picture += self._glare
        return self._with_noise(picture, index, 2.5)

    def infrared(self, index: int) -> Image:
        """Return frame ``index`` of the infrared camera, ``(H, W)`` uint8, white is hot."""
        picture = self._background_ir[..., None].copy()
        for walker in WALKERS:
            warmth = walker.warmth * self._warmth_pattern
            _blend(picture, self._walker(walker, index), warmth[..., None])
        return self._with_noise(picture, index + MAX_FRAMES, 3.0)[..., 0]

    def _with_noise(self, picture: Layer, index: int, sigma: float) -> Image:
        noise = np.random.default_rng((self.seed, index)).normal(0.0, sigma, picture.shape)
        return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)

    def _texture(self, octaves: int, salt: int) -> Layer:
        """Return smooth noise of mean 0 and standard deviation 1 over the picture."""
        rng = np.random.default_rng((self.seed, salt))
        total = np.zeros((self.size.height, self.size.width), np.float32)
        for octave in range(octaves):
            cells = rng.normal(0, 1, (4 << octave, 5 << octave)).astype(np.float32)
            total += cv2.resize(cells, self.size, interpolation=cv2.INTER_CUBIC) / np.float32(1 << octave)
        return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)

    @cached_property
    def _grid(self) -> tuple[Layer, Layer]:
        x = np.arange(self.size.width, dtype=np.float32) / np.float32(self.size.width)
        y = np.arange(self.size.height, dtype=np.float32) / np.float32(self.size.height)
        return np.broadcast_to(x, (y.size, x.size)), np.broadcast_to(y[:, None], (y.size, x.size))

    def _points(self, *corners: tuple[float, float]) -> npt.NDArray[np.int32]:
        scale = np.array([self.size.width, self.size.height])
        return np.asarray(np.rint(np.array(corners) * scale), np.int32)

    def _polygon(self, *corners: tuple[float, float]) -> Layer:
        cover = np.zeros((self.size.height, self.size.width), np.uint8)
        cv2.fillPoly(cover, [self._points(*corners)], 255, cv2.LINE_AA)
        return cover.astype(np.float32) / np.float32(255)

    def _rectangle(self, x0: float, y0: float, x1: float, y1: float) -> Layer:
        return self._polygon((x0, y0), (x1, y0), (x1, y1), (x0, y1))

    @cached_property
    def _houses(self) -> tuple[Layer, ...]:
        return (
            self._rectangle(-0.02, 0.05, 0.20, 0.50),
            self._rectangle(0.20, 0.15, 0.40, 0.48),
            self._rectangle(0.62, 0.10, 0.86, 0.49),
            self._rectangle(0.86, 0.02, 1.02, 0.52),
        )

    @cached_property
    def _windows(self) -> tuple[Layer, ...]:
        places = [(0.02 + 0.06 * i, 0.10 + 0.12 * j) for i in range(3) for j in range(3)]
        places += [(0.23 + 0.055 * i, 0.20 + 0.10 * j) for i in range(3) for j in range(2)]
        places += [(0.65 + 0.07 * i, 0.16 + 0.11 * j) for i in range(3) for j in range(3)]
        return tuple(self._rectangle(x, y, x + 0.032, y + 0.06) for x, y in places)

    @cached_property
    def _markings(self) -> Layer:
        dashes = [(0.445, 0.47), (0.56, 0.62), (0.70, 0.80), (0.90, 0.99)]
        cover = np.zeros((self.size.height, self.size.width), np.float32)
        for top, bottom in dashes:
            half_top, half_bottom = 0.02 * (top - HORIZON), 0.02 * (bottom - HORIZON)
            cover += self._polygon(
                (0.5 - half_top, top), (0.5 + half_top, top), (0.5 + half_bottom, bottom), (0.5 - half_bottom, bottom)
            )
        return np.asarray(np.clip(cover, 0, 1), np.float32)

    @cached_property
    def _road(self) -> Layer:
        return self._polygon((0.44, HORIZON), (0.56, HORIZON), (0.98, 1.0), (0.02, 1.0))

    @cached_property
    def _car(self) -> tuple[Layer, Layer]:
        """Return a parked car's body and its warm bonnet."""
        body = self._polygon(
            (0.03, 0.66), (0.06, 0.60), (0.15, 0.60), (0.19, 0.66), (0.23, 0.68), (0.23, 0.75), (0.02, 0.75)
        )
        return body, self._polygon((0.17, 0.66), (0.23, 0.68), (0.23, 0.73), (0.17, 0.73))

    @cached_property
    def _background_vis(self) -> Layer:
        x, y = self._grid
        sky = np.stack([95 - 60 * y, 70 - 40 * y, 52 - 25 * y], axis=-1) * 1.25
        picture = np.where((y < HORIZON + 0.06)[..., None], sky, np.array((52, 58, 60), np.float32)).astype(np.float32)
        for number, house in enumerate(self._houses):
            bricks = 8 * np.sign(np.sin(y * 260) * np.sin(x * 190 + 40 * np.floor(y * 41)))
            shade = (46 + 9 * number + bricks)[..., None] * np.array((0.85, 0.95, 1.1), np.float32)
            _blend(picture, house, shade.astype(np.float32))
        for number, window in enumerate(self._windows):
            is_lit = (number * 7) % 5 < 2
            _blend(picture, window, np.array((120, 190, 225) if is_lit else (40, 34, 30), np.float32))
        _blend(picture, self._road, np.array((48, 47, 47), np.float32))
        _blend(picture, self._markings, np.array((165, 170, 172), np.float32))
        body, _ = self._car
        _blend(picture, body, np.array((70, 38, 30), np.float32))
        return np.asarray(picture + (5 * self._texture(6, 1))[..., None], np.float32)

    @cached_property
    def _background_ir(self) -> Layer:
        _, y = self._grid
        picture = (30 + 62 * np.clip((y - 0.1) / 0.5, 0, 1)).astype(np.float32)
        for number, house in enumerate(self._houses):
            picture += house * (78 + 6 * number - picture)
        for window in self._windows:
            picture += window * 10
        picture += self._road * (104 - picture)
        body, bonnet = self._car
        picture += body * (70 - picture)
        picture += bonnet * (168 - picture)
        x, _ = self._grid
        hot = np.exp(-(((x - LAMP[0]) * 1.25) ** 2 + (y - LAMP[1]) ** 2) / 0.00022)
        return np.asarray(picture + 95 * hot + 3.5 * self._texture(5, 2), np.float32)

    @cached_property
    def _warmth_pattern(self) -> Layer:
        """Return how warm skin and clothing are, place by place; it makes people more than flat cut-outs."""
        return np.asarray(1 + 0.07 * self._texture(6, 3), np.float32)

    @cached_property
    def _glare(self) -> Layer:
        x, y = self._grid
        distance = ((x - LAMP[0]) * 1.25) ** 2 + (y - LAMP[1]) ** 2
        core = 255 * np.exp(-distance / 0.0016) + 120 * np.exp(-distance / 0.016)
        pool = 150 * np.exp(-(((x - 0.80) * 1.25) ** 2 / 0.016 + (y - 0.60) ** 2 / 0.012))
        return np.asarray((core + pool)[..., None] * np.array((0.80, 0.95, 1.0)), np.float32)

    @cached_property
    def _smoke_texture(self) -> Layer:
        """Return the puffs, mirrored to four pictures' size so that they wrap around without a seam."""
        quarter = self._texture(5, 4)
        half = np.hstack([quarter, quarter[:, ::-1]])
        return np.asarray(np.vstack([half, half[::-1]]), np.float32)

    def _smoke(self, index: int) -> Layer:
        x, y = self._grid
        centre = 0.50 - 0.0030 * (index % 80)
        cloud = np.exp(-(((x - centre) / 0.15) ** 2 + ((y - 0.66) / 0.24) ** 2))
        shift = int(index * 0.004 * self.size.width)
        drifted = np.roll(self._smoke_texture, (-index // 2, -shift), axis=(0, 1))
        puffs = 1 + 0.28 * drifted[: self.size.height, : self.size.width]
        return np.asarray(np.clip(1.35 * cloud * puffs, 0, 0.97), np.float32)

    def _walker(self, walker: Walker, index: int) -> Layer:
        """Return the soft silhouette of a walker, 0…1."""
        height, width = self.size.height, self.size.width
        tall = walker.height * height
        x = ((walker.x + walker.speed * index + 0.1) % 1.2 - 0.1) * width
        feet = walker.feet * height
        swing = 0.11 * tall * np.sin(index * 0.45 + 9 * walker.x)
        cover = np.zeros((height, width), np.uint8)
        self._limbs(cover, x, feet, tall, swing)
        soft = cv2.GaussianBlur(cover, (0, 0), max(0.4, tall / 160))
        return np.asarray(soft, np.float32) / np.float32(255)

    @staticmethod
    def _limbs(cover: Image, x: float, feet: float, tall: float, swing: float) -> None:
        def at(dx: float, up: float) -> tuple[int, int]:
            return round((x + dx) * 16), round((feet - up * tall) * 16)  # sixteenths of a pixel: motion without jumps

        def limb(start: tuple[int, int], end: tuple[int, int], thickness: float) -> None:
            cv2.line(cover, start, end, 255, max(1, round(thickness * tall)), cv2.LINE_AA, 4)

        limb(at(0, 0.48), at(swing, 0.0), 0.085)
        limb(at(0, 0.48), at(-swing, 0.0), 0.085)
        limb(at(0, 0.78), at(-0.9 * swing, 0.45), 0.055)
        limb(at(0, 0.78), at(0.9 * swing, 0.45), 0.055)
        axes = (round(0.105 * tall * 16), round(0.20 * tall * 16))
        cv2.ellipse(cover, at(0, 0.64), axes, 0, 0, 360, 255, -1, cv2.LINE_AA, 4)
        cv2.circle(cover, at(0.1 * swing, 0.92), round(0.068 * tall * 16), 255, -1, cv2.LINE_AA, 4)


class SyntheticSource(FrameSource):
    """One camera of the demo pair: ``synthetic:ir?frames=40&fps=20&size=320x256&seed=5`` or ``synthetic:vis``."""

    def __init__(self, uri: str) -> None:
        camera, _, query = uri.removeprefix("synthetic:").partition("?")
        options = {"frames": "40", "fps": "20", "size": "320x256", "seed": "5"}
        given = dict(parse_qsl(query))
        try:
            if unknown := given.keys() - options.keys():
                raise ValueError(f"unknown option {', '.join(sorted(unknown))}")
            self._set_up(uri, camera, {**options, **given})
        except (ValueError, KeyError):
            example = "synthetic:ir?frames=40&fps=20&size=320x256&seed=5, or synthetic:vis"
            raise SourceError(uri, f"is not a demo source; say for example {example}") from None

    def _set_up(self, uri: str, camera: str, options: dict[str, str]) -> None:
        width, height = (int(side) for side in options["size"].split("x"))
        frames, fps = int(options["frames"]), float(options["fps"])
        if not (
            min(width, height) >= 16 and max(width, height) <= 8192 and 0 < frames <= MAX_FRAMES and 0 < fps <= 240
        ):
            raise ValueError("out of range")
        scene = Scene(Size(width, height), int(options["seed"]))
        cameras: dict[str, Callable[[int], Image]] = {"ir": scene.infrared, "vis": scene.visible}
        self._render = cameras[camera]
        self._position = 0
        self.info = SourceInfo(uri, scene.size, fps, frames)

    def read(self) -> Frame | None:
        """Return the next rendered frame."""
        if self._position >= (self.info.frame_count or 0):
            return None
        index, self._position = self._position, self._position + 1
        return Frame(self._render(index), index * self.info.period_s, index)

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame whose PTS is not before ``pts_s``."""
        self._position = max(0, int(np.ceil(pts_s / self.info.period_s - 1e-6)))

    def close(self) -> None:
        """Do nothing: there is nothing to release."""


def _blend(picture: Layer, cover: Layer, colour: Layer) -> None:
    """Paint ``colour`` (broadcast over the picture) where ``cover`` ``(H, W)`` is 1, in place."""
    picture += cover[..., None] * (colour - picture)
