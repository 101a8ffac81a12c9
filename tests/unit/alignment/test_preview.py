import numpy as np
import pytest

from fusion_app.alignment.preview import EDGE_COLOUR, edges_over


@pytest.mark.parametrize("channels", [1, 3])
def test_edges_of_infrared_are_in_colour_and_the_rest_is_grey(channels: int) -> None:
    ir = np.zeros((120, 160), np.uint8)
    ir[40:80, 50:100] = 200
    vis = np.full((120, 160, 3) if channels == 3 else (120, 160), 100, np.uint8)
    drawn = edges_over(ir, vis)
    assert drawn.shape == (120, 160, 3)
    assert tuple(drawn[40, 75]) == EDGE_COLOUR
    assert np.ptp(drawn[60, 75].astype(int)) == 0
    assert np.ptp(edges_over(np.zeros_like(ir), vis).astype(int)) == 0
