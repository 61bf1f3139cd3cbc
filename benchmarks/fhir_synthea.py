"""Claim: the hundred Synthea patients, 28,807 entries, are taken without a loss by command and by HTTP.

The tests of tests/records/test_synthea.py on the whole archive instead of every fourth patient: all
entries read back equal, a second import creates nothing. Printed: seconds of each way. No peer: what
is measured is that nothing is lost; speed is the claim of fhir_import.py.

    python benchmarks/fhir_synthea.py
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run the tests on all bundles."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--durations=4",
        "tests/records/test_synthea.py",
    ]
    whole = {**os.environ, "KANGMAI_WHOLE": "1"}
    sys.exit(subprocess.run(command, cwd=ROOT, env=whole, check=False).returncode)


if __name__ == "__main__":
    main()
