"""Link a file of people without labels: ours against Splink, on the same file in the same run.

    python benchmarks/identity_batch.py [--rows 1000000] [--seed 7] [--errors 1.0] [--columns a,b,…]
    python benchmarks/identity_batch.py --people PEOPLE.csv --truth TRUTH.csv

Both sides run end to end in a process of their own: reading, preparation, training, scoring, clustering.
Splink gets our prepared columns (folded names, sounds, numbers of 18 characters, lunar days), the same
kinds of blocking keys, term frequencies, and two training blocks that do not teach it families as
matches. Of its clusters the best of several thresholds counts; of ours the default threshold.
Skips Splink where it is not installed.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from pyarrow import parquet

SPLINK_THRESHOLDS = tuple(1 - 2.0**-bits for bits in (1, 4, 8, 12, 16, 20, 24, 28, 32))
"""Match weights, in bits, at which Splink's clusters are tried."""


def cluster_scores(cluster: np.ndarray, person: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of records in one cluster."""

    def pairs(labels: np.ndarray) -> float:
        counts = np.unique(labels, return_counts=True)[1].astype(float)
        return float((counts * (counts - 1) / 2).sum())

    both = pairs(np.unique(np.stack([cluster, person]), axis=1, return_inverse=True)[1].ravel())
    precision, recall = both / max(pairs(cluster), 1), both / max(pairs(person), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def codes(values: pa.ChunkedArray) -> np.ndarray:
    """Labels as numbers."""
    return pc.dictionary_encode(values.combine_chunks()).indices.to_numpy()


def cpu_seconds() -> float:
    """Processor seconds of all processes started so far: steadier than the clock on a busy machine."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def own_cpu_seconds() -> float:
    """Processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run_ours(people: Path, folder: Path) -> dict:
    """`kangmai identity link`, in a process of its own."""
    out = folder / "clusters.csv"
    start, cpu = perf_counter(), cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-m", "kangmai", "identity", "link", people, "--out", out, "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    wall = perf_counter() - start
    report = json.loads(done.stdout)
    table = pa.csv.read_csv(
        out, convert_options=pa.csv.ConvertOptions(column_types={"cluster": pa.string()})
    )
    return report | {"wall": wall, "cpu": cpu_seconds() - cpu, "cluster": codes(table["cluster"])}


def run_splink(people: Path, folder: Path) -> dict:
    """Splink with its clusters at several thresholds, in a process of its own."""
    out = folder / "splink.parquet"
    done = subprocess.run(
        [sys.executable, __file__, "--splink", people, out],
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(done.stdout.strip().splitlines()[-1])

    return report | {
        "wall": report["seconds"]["total"],
        "clusters": parquet.read_table(out),
    }


def prepared_for_splink(people: Path) -> pa.Table:
    """The file with our prepared columns."""
    from kangmai.identity.matching.batch.reading import read_people
    from kangmai.identity.matching.preparation.columns import columns

    read = read_people(people)
    c = columns(read.table)

    def text(values: np.ndarray) -> pa.Array:
        return pc.if_else(
            pc.equal(pa.array(values, pa.string()), ""), None, pa.array(values, pa.string())
        )

    def code(values: np.ndarray) -> pa.Array:
        return pa.array(values, mask=values == 0)

    return pa.table(
        {
            "unique_id": pa.array(np.arange(c.size)),
            "name": text(c.names.folded_text[c.written]),
            "sound": code(c.sound),
            "blur": code(c.blur),
            "family": code(c.family),
            "own": code(c.own),
            "birth": code(c.birth),
            "day": code(c.birth_ordinal),
            "lunar": code(c.lunar_ordinal),
            "year": code(c.birth // 10_000),
            "month_day": code(c.birth % 10_000),
            "sex": code(c.sex),
            "number": text(np.where(c.numbers.is_guardian, "", c.numbers.texts[c.numbers.codes])),
            "valid": pa.array(c.numbers.is_valid & ~c.numbers.is_guardian),
            "phone": text(c.phone.take()),
            "address": text(c.address.take()),
            "town": text(c.town.take()),
            "mother": code(c.mother),
        }
    )


def splink_settings():  # type: ignore[no-untyped-def]
    """Comparisons and blocking for Splink, as good as we know how to make them."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    def level(sql: str, tf: str = ""):  # type: ignore[no-untyped-def]
        made = cll.CustomLevel(sql)
        return made.configure(tf_adjustment_column=tf) if tf else made

    def comparison(column: str, *levels):  # type: ignore[no-untyped-def]
        return cl.CustomComparison(
            [cll.NullLevel(column), *levels, cll.ElseLevel()], output_column_name=column
        )

    exact = cll.ExactMatchLevel
    return SettingsCreator(
        link_type="dedupe_only",
        retain_matching_columns=False,
        comparisons=[
            comparison(
                "name",
                exact("name", term_frequency_adjustments=True),
                level("sound_l = sound_r", "sound"),
                level("blur_l = blur_r", "blur"),
                level("own_l = own_r"),
            ),
            comparison(
                "birth",
                exact("birth", term_frequency_adjustments=True),
                level(
                    "year_l = year_r and month_day_l // 100 = month_day_r % 100 and month_day_l % 100 = month_day_r // 100"
                ),
                level("lunar_l = day_r or lunar_r = day_l"),
                level("month_day_l = month_day_r and abs(year_l - year_r) <= 2"),
                level("birth_l // 100 = birth_r // 100"),
            ),
            comparison("sex", exact("sex")),
            comparison(
                "number",
                exact("number"),
                level("damerau_levenshtein(number_l, number_r) <= 1 and not (valid_l and valid_r)"),
                level("not valid_l or not valid_r"),
            ),
            comparison("phone", exact("phone", term_frequency_adjustments=True)),
            comparison(
                "address",
                exact("address", term_frequency_adjustments=True),
                level("town_l = town_r"),
            ),
            comparison("mother", exact("mother", term_frequency_adjustments=True)),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("number"),
            block_on("phone"),
            block_on("blur", "year"),
            block_on("blur", "month_day"),
            block_on("blur", "town"),
            block_on("birth", "town", "sex"),
            block_on("birth", "address"),
            block_on("birth", "mother"),
            block_on("address", "year"),
        ],
        probability_two_random_records_match=1e-6,
    )


def splink_main(people: str, out: str) -> None:
    """Run Splink and write the clusters at several thresholds; the first stage's clock starts with imports."""
    import duckdb
    from splink import DuckDBAPI, Linker, block_on

    start = perf_counter()
    seconds: dict[str, float] = {}

    def lap(name: str) -> None:
        nonlocal start
        seconds[name] = round(perf_counter() - start, 3)
        start = perf_counter()

    table = prepared_for_splink(Path(people))
    lap("reading and preparation")
    api = DuckDBAPI(duckdb.connect())
    linker = Linker(api.register(table), splink_settings(), log_level=40)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("number", "name"), block_on("name", "birth", "sex", "phone")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("number"), block_on("blur", "birth"), block_on("birth", "phone")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    lap("training")
    predicted = linker.inference.predict(threshold_match_probability=min(SPLINK_THRESHOLDS))
    lap("scoring")
    columns, first, cpu = {}, 0.0, 0.0
    for threshold in SPLINK_THRESHOLDS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        # One threshold counts as clustering; trying the others is ours to pay.
        found = clusters.as_duckdbpyrelation().project("unique_id, cluster_id").to_arrow_table()
        first = first or perf_counter() - start
        cpu = cpu or own_cpu_seconds()
        found = found.sort_by("unique_id")
        columns[str(threshold)] = (
            pc.dictionary_encode(found["cluster_id"].cast(pa.string())).combine_chunks().indices
        )
    seconds["clustering"] = round(first, 3)

    parquet.write_table(pa.table(columns), out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        json.dumps(
            {
                "seconds": seconds | {"total": round(sum(seconds.values()), 3)},
                "peak_memory_bytes": peak,
                "cpu": cpu,
            }
        )
    )


def make_file(asked: argparse.Namespace, folder: Path) -> tuple[Path, Path]:
    """The file of people and its truth: those given, or made now."""
    if asked.people:
        return Path(asked.people), Path(asked.truth)
    from identity_people import people, write

    table = people(asked.rows, seed=asked.seed, errors=asked.errors)
    if asked.columns:
        table = table.select(["id", *asked.columns.split(","), "person"])
    paths = folder / "people.csv", folder / "truth.csv"
    write(table, str(paths[0]), str(paths[1]))
    return paths


def main() -> None:
    """Run both sides and print their figures and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--errors", type=float, default=1.0)
    parser.add_argument("--columns", default="")
    parser.add_argument("--people")
    parser.add_argument("--truth")
    parser.add_argument("--splink", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.splink:
        splink_main(*asked.splink)
        return
    with tempfile.TemporaryDirectory() as name:
        compare(asked, Path(name))


def compare(asked: argparse.Namespace, folder: Path) -> None:
    """Both sides on one file."""
    people, truth = make_file(asked, folder)
    person = codes(pa.csv.read_csv(truth)["person"])
    ours = run_ours(people, folder)
    p, r, f1 = cluster_scores(ours["cluster"], person)
    show("ours, threshold 0.9", p, r, f1, ours)
    if not find_spec("splink"):
        print("Splink is not installed: no comparison")
        return
    splink = run_splink(people, folder)
    scores = {
        key: cluster_scores(codes(splink["clusters"][key]), person)
        for key in splink["clusters"].column_names
    }
    best = max(scores, key=lambda key: scores[key][2])
    show(f"Splink, best threshold {best}", *scores[best], splink)
    time, cpu = ours["wall"] / splink["wall"], ours["cpu"] / splink["cpu"]
    print(f"F1 {f1 - scores[best][2]:+.4f}   time {time:.2f} x, CPU {cpu:.2f} x Splink's")


def show(title: str, p: float, r: float, f1: float, report: dict) -> None:
    """One side's figures."""
    memory = report["peak_memory_bytes"] / 1e9
    print(
        f"{title}: cluster P {p:.4f} R {r:.4f} F1 {f1:.4f}, {report['wall']:.1f} s wall, {report['cpu']:.1f} s CPU, {memory:.2f} GB"
    )
    print("   ", report["seconds"])


if __name__ == "__main__":
    main()
