"""The command group: names and one-line helps here, everything else is loaded when a command is called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from sctoolkit.errors import ReadError, SctoolkitError, closest

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("sctoolkit.cli.run:run", "Run a study: from its files to a report."),
    "demo": ("sctoolkit.cli.demo:demo", "Write simulated data and run them: see what comes out."),
    "init": ("sctoolkit.cli.init:init", "Write a first study file from your data files."),
    "instruments": ("sctoolkit.cli.instruments:instruments", "Find, show, compare and check questionnaires."),
    "form": ("sctoolkit.cli.form:form", "Write a questionnaire as a form or a codebook."),
    "check": ("sctoolkit.cli.check:check", "Look at the answers in a file before they are scored."),
    "link": ("sctoolkit.cli.link:link", "Find the same people in several waves."),
    "score": ("sctoolkit.cli.score:score", "Score the answers in a file."),
    "reliability": ("sctoolkit.cli.reliability:reliability", "Alpha, omega and item statistics of a scale."),
    "factors": ("sctoolkit.cli.factors:factors", "How many factors, and which items go together."),
    "irt": ("sctoolkit.cli.irt:irt", "Graded response model of a scale, and items that favour a group."),
    "invariance": ("sctoolkit.cli.invariance:invariance", "Do items measure alike over groups, sides or waves."),
    "change": ("sctoolkit.cli.change:change", "What changed between waves, and what may be said."),
    "plan": ("sctoolkit.cli.plan:plan", "What change a design could find."),
    "theory": ("sctoolkit.cli.theory:theory", "What a study can test of the theory of coproduction."),
    "grim": ("sctoolkit.cli.grim:grim", "Check printed percentages and means against their base."),
}
"""Command -> (module:attribute, one-line help), in the order in which they are shown."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when one is misspelt."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = closest(name, COMMANDS)
            ctx.fail(f"No such command '{name}'." + (f" Did you mean '{near}'?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; reasons that it gives name its options as they are typed."""
        try:
            return super().invoke(ctx)
        except SctoolkitError as error:
            command = self.get_command(ctx, ctx.invoked_subcommand or "")
            if command is not None:
                from sctoolkit.cli.as_typed import say_as_typed

                say_as_typed(error, command)
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sctoolkit")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """From a questionnaire about social capital to what changed, how sure, and what may be said."""
    ctx.obj = {"debug": debug}


def main(argv: list[str] | None = None) -> None:
    """Run a command and leave with its exit code: 0 done, 1 a decision is needed, 2 usage, 3 files."""
    sys.exit(run_command(sys.argv[1:] if argv is None else argv))


def run_command(argv: list[str]) -> int:
    """Run a command and return its exit code; errors are printed, tracebacks only with ``--debug``.

    Besides 0 to 3: 130 when stopped from the keyboard, 70 when an error was not foreseen.
    """
    try:
        outcome: Any = cli.main(args=argv, prog_name="sctoolkit", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except click.BadParameter as error:
        click.UsageError(_plain(error.format_message()), ctx=error.ctx).show()
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:
        if "--debug" in argv:
            raise
        found = _known(error)
        click.echo(f"{type(found).__name__}: {found}", err=True)
        return found.exit_code if error is found or isinstance(error, OSError) else 70
    return outcome if isinstance(outcome, int) else 0


def _known(error: Exception) -> SctoolkitError:
    """Return an error with words of ours: of the file system, or one that nobody foresaw."""
    if isinstance(error, SctoolkitError):
        return error
    if isinstance(error, OSError):
        return ReadError(
            f"`{error.filename or 'A file'}` must be readable and writable, and it is not.",
            where=f"The system says: {str(error.strerror or error).lower()}.",
            hint="Look whether it is there, who may read and write it, and whether another program has it open.",
        )
    return SctoolkitError(
        "This call should have ended with a result or with a reason, and it broke off.",
        where=f"{type(error).__name__} inside the program.",
        hint="The fault is ours. Report it with what `sctoolkit --debug ...` prints for the same call.",
    )


def _plain(message: str) -> str:
    """Return a message about an option in the words of the other errors.

    Examples
    --------
    >>> _plain("Invalid value for '--people': 'x' is not a valid float.")
    "'--people': 'x' is not a number."
    """
    message = message.removeprefix("Invalid value for ")
    for theirs, ours in (("a valid integer range", "a whole number"), ("a valid integer", "a whole number"),
                         ("a valid float range", "a number"), ("a valid float", "a number")):  # fmt: skip
        message = message.replace(theirs, ours)
    return message
