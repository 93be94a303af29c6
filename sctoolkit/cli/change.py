"""`sctoolkit change DATA`, or a study: what changed between waves, the route before any number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--outcome", help="Column of the score; of a study, an outcome that it names.")
@click.option("--unit", help="Column that links a respondent over waves; leave out when nobody can be linked.")
@click.option("--wave", help="Column of the wave.")
@click.option("--cluster", help="Column of the organisation.")
@click.option("--side", help="Column of the side: community, statutory, broker.")
@click.option("--group", help="Column of the comparison: two groups.")
@click.option("--treated", help="Label of the group that takes part.")
@click.option(
    "--assignment", type=click.Choice(["randomised", "existing", "matched"]), help="How the comparison was formed."
)
@click.option("--covariate", "covariates", multiple=True, help="Column measured before; may be given again.")
@click.option(
    "--outcome-type",
    type=click.Choice(["scale", "ordinal", "binary", "count"]),
    help="What the outcome is; unless told, 0 and 1 are a yes or no and all else a scale.",
)
@click.option("--exposure", help="With a count: column of what was counted over.")
@click.option("--entry", help="Column of the wave at which an organisation enters.")
@click.option("--dose", help="Column of how much of the programme an organisation met.")
@click.option("--then", help="Column of how people now see their start.")
@click.option("--primary", type=click.Choice(["did", "ancova"]), help="Answer declared primary for two groups.")
@click.option("--weight", "--weights", help="Column of weights.")
@click.option("--waves", help="Waves to use, in their order: 1,2,3.")
@click.option("--reliability", type=float, help="Reliability of the score before, for the corrected ANCOVA.")
@click.option("--false-match-rate", type=float, default=0.0, show_default=True, help="Share of links that are wrong.")
@click.option("--range", "scale_range", type=float, nargs=2, help="Ends of the scale: --range 1 5.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of bootstrap and permutation."
)
@click.option("--route", "route_only", is_flag=True, help="Print the route and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def change(data: Path, waves: str | None, route_only: bool, as_json: bool, **options: Any) -> None:
    """Estimate what changed in DATA, a file with one row a respondent and wave, or a study.toml with its plan.

    The route comes first: what is estimated, how, on what it rests and what may be said. Then the estimates. A study
    brings its own columns and options: of these, only --outcome may be named.
    """
    if data.is_dir() or data.suffix == ".toml":
        _of_study(data, options["outcome"], route_only, as_json)
        return
    for name in ("outcome", "wave"):
        if options[name] is None:
            raise click.UsageError(f"Missing option '--{name}': DATA is no study, so its columns must be named.")
    from sctoolkit.change.route.estimate_change import estimate_change, route_of
    from sctoolkit.cli.data import read_frame
    from sctoolkit.cli.output import print_json
    from sctoolkit.result import jsonable

    frame = read_frame(data)
    options["scale_range"] = options["scale_range"] or None
    options["waves"] = waves_named(frame, options["wave"], waves)
    route = route_of(frame, **options)
    if not as_json:
        click.echo(f"{route}\n")
    elif route_only:
        print_json(jsonable(route))
    if route_only:
        return
    result = estimate_change(frame, **options)
    if as_json:
        print_json(result.to_dict())
    else:
        click.echo(str(result))


def waves_named(frame: pd.DataFrame, wave: str, waves: str | None) -> list[str] | None:
    """Return the waves of `--waves`, or raise where the data hold none such."""
    from sctoolkit.change.route.panel import label_of
    from sctoolkit.errors import DataError, did_you_mean

    named = [part.strip() for part in (waves or "").split(",") if part.strip()]
    present = [label_of(value) for value in frame[wave].dropna().unique()] if named and wave in frame else named
    for label in named:
        if label not in present:
            raise DataError(
                f"Column `{wave}` must hold wave `{label}`, and it does not.", hint=did_you_mean(label, present)
            )
    return named or None


def _refuse_columns(ctx: click.Context) -> None:
    """Refuse what a study names itself, so that nothing typed is passed over in silence."""
    for option in ctx.command.params:
        name = str(option.name)
        given = ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
        if given and name not in ("data", "outcome", "route_only", "as_json"):
            raise click.UsageError(
                f"'{max(option.opts, key=len)}' must be left out: a study file says it itself.", ctx=ctx
            )


def _of_study(path: Path, outcome: str | None, route_only: bool, as_json: bool) -> None:
    """Print route and change of the outcomes of a study, primary ones first."""
    from sctoolkit.cli.output import print_json, progress
    from sctoolkit.errors import OptionError, did_you_mean
    from sctoolkit.evaluation.evaluate import evaluate
    from sctoolkit.evaluation.study import load_study
    from sctoolkit.result import jsonable

    study = load_study(path)
    _refuse_columns(click.get_current_context())
    with progress() as say:
        findings = [finding for finding in evaluate(study, progress=say).findings if finding.changes]
    names = [finding.outcome.name for finding in findings]
    if outcome is not None and outcome not in names:
        raise OptionError(
            f"`outcome` must be one whose change the study estimates, not `{outcome}`.",
            hint=did_you_mean(outcome, names),
        )
    changes = {
        f"{finding.outcome.key}.{side}" if side else finding.outcome.key: change
        for finding in findings
        if outcome in (None, finding.outcome.name)
        for side, change in finding.changes
    }
    if as_json:
        print_json({name: jsonable(one.route) if route_only else one.to_dict() for name, one in changes.items()})
        return
    for change in changes.values():
        click.echo(f"{change.route}\n")
        if not route_only:
            click.echo(f"{change}\n")
