"""docs/scale.md's arithmetic holds where nothing breaks, and the simulation sees what breaks first."""

from dataclasses import replace

import pytest

from tests.batch_simulation import Site, arithmetic_h, simulated_h


@pytest.mark.parametrize("site", [Site(hours=1000, processes=16), Site(hours=2400, processes=40)])
def test_the_arithmetic_is_within_three_percent_of_the_simulation(site: Site) -> None:
    assert arithmetic_h(site) < simulated_h(site) < 1.03 * arithmetic_h(site)


def test_a_small_file_server_slows_many_processes_down_and_few_hardly() -> None:
    few, many = (Site(hours=1000, processes=count, opens_per_s=2000) for count in (50, 160))
    assert simulated_h(few) < 1.1 * arithmetic_h(few)
    assert simulated_h(many) > 1.4 * arithmetic_h(many)
    assert simulated_h(replace(many, opens_per_s=float("inf"))) < 1.1 * arithmetic_h(many)
