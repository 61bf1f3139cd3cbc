"""`kangmai surveillance`: detectors, R_t, scans, nowcasts, simulation and back-test on plain CSV, no database."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

METHODS = (
    "farringtonFlexible",
    "farrington",
    "earsC",
    "cusum",
    "bayes",
    "rki",
    "outbreakP",
    "glrpois",
    "mpm",
)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def surveillance() -> None:
    """Detect outbreaks in series of counts."""


@surveillance.command(
    epilog="Example:  kangmai surveillance detect --input counts.csv --control control.json --range 264:312 --out alarms.csv"
)
@click.option(
    "--input", "counts", type=EXISTING, required=True, help="CSV: index[,epoch],one column a unit"
)
@click.option(
    "--control", type=EXISTING, help="JSON with R's keys; left out: the method's defaults"
)
@click.option("--method", "name", type=click.Choice(METHODS), default=METHODS[0], show_default=True)
@click.option(
    "--range", "span", help="A:B, indices from 1, both included; left out: all that can be judged"
)
@click.option(
    "--frequency", type=click.IntRange(1), default=52, show_default=True, help="points in a year"
)
@click.option("--population", type=EXISTING, help="CSV like the counts, or one row for all points")
@click.option("--out", type=FILE, help="CSV to write; left out: stdout")
def detect(
    counts: Path,
    control: Path | None,
    name: str,
    span: str | None,
    frequency: int,
    population: Path | None,
    out: Path | None,
) -> None:
    """Judge the points A:B of every unit.

    Columns: unit, index, observed, upperbound, alarm, expected, mu0, phi, trend; 17 significant
    digits; empty where there is nothing to say. An empty alarm is not "no alarm": no model could be
    fitted or a count is missing. The control keys are those of R's surveillance 1.20.3.
    """
    from kangmai.epidemic.surveillance.methods import method
    from kangmai.epidemic.surveillance.tables import detection_rows, read_json, read_series

    series = read_series(counts, frequency=frequency, population=population)
    chosen = method(name, read_json(control) if control else {})
    first, latest = read_span(span, chosen.first(series), series.length)
    said = chosen.detect(series, first=first, latest=latest)
    write(detection_rows(series, said), out)
    silent = int((said.alarm != said.alarm).sum())
    if silent:
        click.echo(
            f"{silent} of {said.alarm.size} evaluations without a statement (alarm is empty)",
            err=True,
        )
    blind = int((said.upperbound < said.expected).sum())
    if blind:
        click.echo(
            f"{blind} of {said.alarm.size} evaluations have a bound below what is expected: a week far beyond all "
            "others in their baseline; they cannot alarm. Correct or empty that week.",
            err=True,
        )


def read_span(span: str | None, first: int, latest: int) -> tuple[int, int]:
    """Read A:B."""
    if span is None:
        return first, latest
    try:
        start, end = (int(part) for part in span.split(":"))
    except ValueError:
        raise click.BadParameter("must be A:B, for example 264:312", param_hint="--range") from None
    return start, end


@surveillance.command(
    epilog="Example:  kangmai surveillance rt --incidence cases.csv --mean-si 4.7 --sd-si 2.9"
)
@click.option(
    "--incidence", type=EXISTING, required=True, help="CSV: t,I (optional: local,imported)"
)
@click.option("--si", type=EXISTING, help="CSV: k,w, the serial interval from k = 0")
@click.option(
    "--mean-si", type=float, help="mean of a shifted gamma serial interval, instead of --si"
)
@click.option("--sd-si", type=float, help="its standard deviation")
@click.option("--window", type=click.IntRange(1), default=7, show_default=True)
@click.option("--out", type=FILE)
def rt(
    incidence: Path,
    si: Path | None,
    mean_si: float | None,
    sd_si: float | None,
    window: int,
    out: Path | None,
) -> None:
    """Estimate the reproduction number R_t as EpiEstim does.

    Columns are EpiEstim's; empty until a window ends after the mean serial interval.
    """
    from kangmai.epidemic.surveillance.reproduction_number import discretised_gamma, estimate
    from kangmai.epidemic.surveillance.tables import read_incidence, read_serial_interval, rt_rows

    cases, imported = read_incidence(incidence)
    if (si is None) == (mean_si is None or sd_si is None):
        raise click.UsageError("give either --si or both --mean-si and --sd-si")
    if si is not None:
        interval = read_serial_interval(si)
    else:
        interval = discretised_gamma(len(cases), mean=float(mean_si or 0), sd=float(sd_si or 0))
    write(rt_rows(estimate(cases, imported=imported, interval=interval, window=window)), out)


@surveillance.command(
    epilog="Example:  kangmai surveillance scan --counts counts.csv --geo places.csv --model poisson --k 20"
)
@click.option(
    "--counts", type=EXISTING, help="CSV: time,one column a place; not for --model spatial"
)
@click.option(
    "--geo", type=EXISTING, required=True, help="CSV: loc,x,y,pop (spatial: id,x,y,pop,cases)"
)
@click.option(
    "--model",
    type=click.Choice(["poisson", "permutation", "spatial"]),
    default="poisson",
    show_default=True,
)
@click.option(
    "--k", type=click.IntRange(1), default=20, show_default=True, help="places in the largest zone"
)
@click.option(
    "--max-population", type=float, default=0.5, show_default=True, help="spatial: largest share"
)
@click.option("--max-duration", type=click.IntRange(1), help="longest window; left out: all points")
@click.option("--replicates", type=click.IntRange(0), default=999, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--top", type=click.IntRange(1), default=40, show_default=True)
@click.option(
    "--overlap/--no-overlap",
    default=None,
    help="list zones that overlap; default: yes, spatial: no",
)
@click.option("--out", type=FILE)
def scan(
    counts: Path | None,
    geo: Path,
    model: str,
    k: int,
    max_population: float,
    max_duration: int | None,
    replicates: int,
    seed: int,
    top: int,
    overlap: bool | None,
    out: Path | None,
) -> None:
    """Scan space, or space and time, for the zones with the largest likelihood ratio.

    Prints the best zones that end at the latest point. p_mc_mlc is the Monte Carlo p value,
    p_gumbel its smooth tail, recurrence_interval 1 / p_gumbel in units of one scan.
    """
    from kangmai.epidemic.surveillance.scan import scan_space, scan_space_time
    from kangmai.epidemic.surveillance.tables import (
        read_place_counts,
        read_places,
        scan_rows,
        spatial_rows,
    )

    places = read_places(geo, cases=model == "spatial")
    if model == "spatial":
        found = scan_space(
            places,
            share=max_population,
            replicates=replicates,
            seed=seed,
            top=top,
            overlap=bool(overlap),
        )
        write(spatial_rows(places, found), out)
        return
    if counts is None:
        raise click.UsageError(f"--model {model} needs --counts")
    zones = scan_space_time(
        places,
        read_place_counts(counts, places),
        model=model,
        k=k,
        longest=max_duration,
        replicates=replicates,
        seed=seed,
        top=top,
        overlap=overlap is not False,
    )
    write(scan_rows(places, zones, model), out)


@surveillance.command(
    epilog="Example:  kangmai surveillance nowcast --linelist cases.csv --now 2026-03-01 --max-delay 15"
)
@click.option("--linelist", type=EXISTING, required=True, help="CSV: dHosp,dReport (ISO dates)")
@click.option(
    "--now",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="count only what was reported by then",
)
@click.option("--max-delay", type=click.IntRange(1), default=15, show_default=True)
@click.option(
    "--method", type=click.Choice(["lawless", "unif"]), default="lawless", show_default=True
)
@click.option(
    "--days",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="how many latest days to print",
)
@click.option("--alpha", type=click.FloatRange(0, 1), default=0.05, show_default=True)
@click.option(
    "--max-cases",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="largest count considered",
)
@click.option("--out", type=FILE)
def nowcast(
    linelist: Path,
    now: object,
    max_delay: int,
    method: str,
    days: int,
    alpha: float,
    max_cases: int,
    out: Path | None,
) -> None:
    """Estimate how many cases of the latest days will be known once all reports are in."""
    import numpy as np

    from kangmai.epidemic.surveillance.nowcast import nowcast as estimate
    from kangmai.epidemic.surveillance.tables import nowcast_rows, read_line_list

    events, reports = read_line_list(linelist)
    day = np.datetime64(now, "D")  # type: ignore[call-overload]
    found = estimate(
        events=events, reports=reports, now=day, longest_delay=max_delay, method=method,
        alpha=alpha, most_cases=max_cases,
    )  # fmt: skip
    if found.warning:
        click.echo(found.warning, err=True)
    write(nowcast_rows(found, days), out)


@surveillance.command(
    epilog="Example:  kangmai surveillance simulate --replicates 6 --seed 1 --out series.csv"
)
@click.option(
    "--replicates", type=click.IntRange(1), default=1, show_default=True, help="series a scenario"
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--scenarios", help="comma separated, from 1 to 42; left out: all")
@click.option("--outbreaks", type=FILE, help="CSV to write: series,kind,k,start,week,cases")
@click.option(
    "--out", type=FILE, help="CSV to write: week,one column a series (outbreaks included)"
)
def simulate(
    replicates: int, seed: int, scenarios: str | None, outbreaks: Path | None, out: Path | None
) -> None:
    """Simulate the 42 scenarios of Noufaily with past and current outbreaks, 624 weeks each."""
    from kangmai.epidemic.surveillance.simulation import SCENARIOS
    from kangmai.epidemic.surveillance.simulation import simulate as run
    from kangmai.epidemic.surveillance.tables import outbreak_rows, simulation_rows

    chosen = range(1, len(SCENARIOS) + 1)
    numbers = [int(n) for n in scenarios.split(",")] if scenarios else list(chosen)
    if bad := [n for n in numbers if n not in chosen]:
        raise click.BadParameter(f"no scenario {bad}", param_hint="--scenarios")
    world = run(numbers, replicates=replicates, seed=seed)
    if outbreaks:
        write(outbreak_rows(world), outbreaks)
    write(simulation_rows(world), out)


@surveillance.command(
    epilog="Example:  kangmai surveillance backtest --input series.csv --outbreaks outbreaks.csv"
)
@click.option("--input", "counts", type=EXISTING, required=True, help="CSV as for detect")
@click.option(
    "--outbreaks", type=EXISTING, help="CSV: series,kind,k,start,week,cases; left out: alarms only"
)
@click.option("--control", type=EXISTING)
@click.option("--method", "name", type=click.Choice(METHODS), default=METHODS[0], show_default=True)
@click.option("--range", "span")
@click.option("--frequency", type=click.IntRange(1), default=52, show_default=True)
@click.option("--out", type=FILE)
def backtest(
    counts: Path,
    outbreaks: Path | None,
    control: Path | None,
    name: str,
    span: str | None,
    frequency: int,
    out: Path | None,
) -> None:
    """Replay a method over the past: alarms of every unit, and with known outbreaks its FPR, POD and delay."""
    from kangmai.epidemic.surveillance.backtest import replay
    from kangmai.epidemic.surveillance.methods import method
    from kangmai.epidemic.surveillance.tables import (
        backtest_rows,
        read_json,
        read_outbreaks,
        read_series,
    )

    series = read_series(counts, frequency=frequency)
    chosen = method(name, read_json(control) if control else {})
    first, latest = read_span(span, chosen.first(series), series.length)
    known = read_outbreaks(outbreaks, series) if outbreaks else None
    write(backtest_rows(replay(chosen, series, first=first, latest=latest, outbreaks=known)), out)


def write(rows: "Iterable[Mapping[str, str]]", out: Path | None) -> None:
    """Write rows as CSV to a file or stdout."""
    import csv
    import sys

    rows = list(rows)
    file = out.open("w", newline="", encoding="utf-8") if out else sys.stdout
    try:
        if rows:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    finally:
        if out:
            file.close()
