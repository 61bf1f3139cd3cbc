"""A standalone Spark master with two workers on the loopback, each a process of its own."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HOST = "127.0.0.1"
WORKERS = 2
START_SECONDS = 240
"""A quiet machine needs three; a busy one is no fault of the code."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def running(*arguments: str, log: Path) -> Iterator[None]:
    """A class of Spark's as a process of its own, ended at the end."""
    import pyspark

    # what `spark-class` starts, without the Java that it starts to find the words
    home = Path(pyspark.__file__).parent
    opens = [f"--add-opens=java.base/{each}=ALL-UNNAMED" for each in ("java.lang", "java.nio", "sun.nio.ch", "java.util")]  # fmt: skip
    command = [
        "java",
        "-Xmx256m",
        "-XX:TieredStopAtLevel=1",
        "-Dspark.master.rest.enabled=false",
        *opens,
        "-cp",
        str(home / "jars" / "*"),
        *arguments,
    ]
    (library,) = (home / "jars").glob("scala-library-*.jar")
    scala = ".".join(library.stem.removeprefix("scala-library-").split(".")[:2])
    # a worker looks for its executors' classes in SPARK_HOME, and wants to be told of which Scala they are
    places = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_SCALA_VERSION": scala,
        "SPARK_LOCAL_IP": HOST,
    }
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=said, env=places) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def cluster() -> Iterator[str]:
    """A master and its workers as long as the context lasts; the address, under which our engine finds it, too.

    Raises:
        TimeoutError: one of them did not come up.
    """
    port = free_port()
    address = f"spark://{HOST}:{port}"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_while_used:
        logs = Path(folder)
        place = ("--host", HOST, "--webui-port", "0")
        master = ("org.apache.spark.deploy.master.Master", *place, "--port", str(port))
        open_while_used.enter_context(running(*master, log=logs / "master"))
        wait(logs / "master", "I have been elected leader")
        for number in range(WORKERS):
            work = ("--cores", "1", "--memory", "2g", "--work-dir", str(logs / f"work{number}"))
            worker = ("org.apache.spark.deploy.worker.Worker", *place, *work, address)
            open_while_used.enter_context(running(*worker, log=logs / f"worker{number}"))
        for number in range(WORKERS):
            wait(logs / f"worker{number}", "Successfully registered with master")
        before = os.environ.get("KANGMAI_SPARK_MASTER")
        os.environ["KANGMAI_SPARK_MASTER"] = address
        try:
            yield address
        finally:
            os.environ.pop("KANGMAI_SPARK_MASTER")
            if before is not None:
                os.environ["KANGMAI_SPARK_MASTER"] = before


def wait(log: Path, words: str) -> None:
    """Wait until a process has said so. Raises TimeoutError with what it said instead."""
    ends = time.monotonic() + START_SECONDS
    while words not in log.read_text(errors="replace"):
        if time.monotonic() > ends:
            raise TimeoutError(log.read_text(errors="replace")[-1000:])
        time.sleep(0.1)
