"""The settings that ship are settings the detectors take."""

import pytest
import yaml

from kangmai.epidemic.surveillance.methods import method
from kangmai.epidemic.surveillance.reproduction_number import discretised_gamma
from kangmai.kernel.definitions import FOLDER

ROOM = FOLDER / "epidemic"


@pytest.mark.parametrize(
    "path", sorted((ROOM / "detection_settings").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_setting_is_one_the_method_knows(path) -> None:  # type: ignore[no-untyped-def]
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert method(given["method"], given["control"]).name == given["method"]


def test_percentiles_are_named_once() -> None:
    given = yaml.safe_load((ROOM / "moving_percentile" / "cidars.yaml").read_text(encoding="utf-8"))
    codes = [p["disease"] for p in given["percentiles"]]
    assert len(codes) == len(set(codes)) == 19
    for entry in given["percentiles"]:
        control = {
            "b": given["years"],
            "w": given["neighbours"],
            "p": entry["percentile"] / 100,
            "block": given["block_days"],
        }
        method("mpm", control)


def test_serial_intervals_make_distributions() -> None:
    given = yaml.safe_load(
        (ROOM / "serial_interval" / "published.yaml").read_text(encoding="utf-8")
    )
    for entry in given["intervals"]:
        mass = discretised_gamma(80, mean=entry["mean_days"], sd=entry["sd_days"])
        assert mass.sum() == pytest.approx(1, abs=1e-3)
