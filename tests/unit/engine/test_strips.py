import pytest

from fusion_app.engine.strips import strips


@pytest.mark.parametrize("grid", [8, 32])
@pytest.mark.parametrize("halo", [7, 77, 87])
def test_strips_start_on_the_grid(grid: int, halo: int) -> None:
    found = list(strips(40 * grid, 4 * grid, halo, grid))

    assert [strip.keep_start for strip in found[1:]] == [strip.keep_stop for strip in found[:-1]]
    assert found[-1].keep_stop == 40 * grid
    for strip in found:
        assert strip.start % grid == 0
        assert strip.start <= max(0, strip.keep_start - halo)
        assert strip.stop >= min(40 * grid, strip.keep_stop + halo)


@pytest.mark.parametrize("height", [2, 48, 64, 66, 100, 480, 2160])
@pytest.mark.parametrize("rows", [32, 50])
@pytest.mark.parametrize("halo", [0, 7, 8, 21])
def test_strips_deliver_every_row_once_with_its_surroundings(height: int, rows: int, halo: int) -> None:
    done = 0
    sizes = set()
    for strip in strips(height, rows, halo):
        assert strip.keep_start == done
        assert strip.start % 2 == 0
        assert strip.start <= max(0, strip.keep_start - halo)
        assert strip.stop >= min(height, strip.keep_stop + halo)
        assert 0 <= strip.start < strip.stop <= height
        sizes.add(strip.stop - strip.start)
        done = strip.keep_stop
    assert done == height
    assert len(sizes) == 1
