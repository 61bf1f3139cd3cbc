"""Data folders of their own for tests that break things: made once, then copied."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kangmai.kernel.database import cluster as clusters
from tests.operations.house import kangmai


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with its tables made, stopped, that nobody changes; its keys beside it."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    kangmai("audit", "verify", "--data", folder)
    return folder


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Iterator[Path]:
    """A prepared data folder of this test's own, stopped; whatever runs on it at the end is stopped."""
    folder = copy_house(prepared, tmp_path)
    yield folder
    stop(folder)


def copy_house(house: Path, folder: Path) -> Path:
    """Copy a stopped data folder and its keys into a folder; the new data folder."""
    data = folder / "data"
    shutil.copytree(house, data, symlinks=True, ignore=shutil.ignore_patterns("socket"))
    shutil.copytree(house.with_name("data.keys"), folder / "data.keys")
    return data


@pytest.fixture
def stopped_later() -> Iterator[Callable[[Path], Path]]:
    """Name further data folders, whose databases are stopped at the end."""
    folders: list[Path] = []

    def add(folder: Path) -> Path:
        folders.append(folder)
        return folder

    yield add
    for folder in folders:
        stop(folder)


def stop(folder: Path) -> None:
    if (folder / "postgres" / "PG_VERSION").exists():
        clusters.stop(clusters.Cluster(folder))
