"""The example resources of FHIR R4, for every test that wants them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

PACKAGE = "hl7.fhir.r4.examples@4.0.1"
CACHE = Path(__file__).parents[2] / "build" / "r4-examples"
DEFINITIONS = (
    "CodeSystem-", "ValueSet-", "SearchParameter-", "StructureDefinition-", "ConceptMap-",
    "OperationDefinition-", "CompartmentDefinition-", "ImplementationGuide-", "ig-", "package",
)  # fmt: skip


@pytest.fixture(scope="session")
def r4_examples() -> Path:
    """The folder of all example resources of FHIR R4, installed once from npm (CC0).

    `KANGMAI_R4_EXAMPLES` may name a folder that holds them already.
    """
    folder = Path(
        os.environ.get("KANGMAI_R4_EXAMPLES", CACHE / "node_modules/hl7.fhir.r4.examples")
    )
    if not folder.is_dir():
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is needed to install the R4 examples")
    CACHE.mkdir(parents=True, exist_ok=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix", str(CACHE)]
    done = subprocess.run([npm, "install", *options, PACKAGE], capture_output=True, text=True)
    if done.returncode or not folder.is_dir():
        pytest.skip(f"the R4 examples could not be installed: {done.stderr[-300:]}")


def read_examples(folder: Path, *, definitions: bool) -> Iterator[tuple[str, dict]]:
    """(file name, resource) of every example, with or without the definitions of FHIR itself."""
    for file in sorted(folder.glob("*.json")):
        if file.name != "package.json" and (definitions or not file.name.startswith(DEFINITIONS)):
            yield file.name, orjson.loads(file.read_bytes())


@pytest.fixture(scope="session")
def clinical_examples(r4_examples: Path) -> list[dict]:
    """The examples without the definitions of FHIR itself: some seven hundred."""
    return [resource for _, resource in read_examples(r4_examples, definitions=False)]
