"""The `hakit` command: finds the subcommand, runs it, and turns errors into one line and an exit code."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from hakit import __version__
from hakit.core.errors import ExitCode, HakitError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Loaded only when asked for, so that `hakit --help` starts without the schema, XML and terminal libraries.
# The text is the one line that `hakit --help` shows; a test compares it with the command's own.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("hakit.cli.init", "Look at hosts and write their first spec file, with comments, in a short dialogue."),
    "check": ("hakit.cli.check", "Report every fault of a spec file, without touching a host."),
    "schema": ("hakit.cli.schema", "Print the JSON Schema of the spec file, for editors."),
    "render-corosync": ("hakit.cli.render", "Print the corosync.conf that a spec file means."),
    "render-cib": ("hakit.cli.render", "Print the CIB that a spec file means."),
    "render-drbd": (
        "hakit.cli.render",
        "Print the DRBD resources that the volumes of a spec file mean; nothing where no service has one.",
    ),
    "import": ("hakit.cli.importing", "Write the spec file of an existing cluster, and list what it can't say."),
    "preflight": ("hakit.cli.preflight", "Look at every node and report what would be in the way; change nothing."),
    "plan": ("hakit.cli.plan", "Show what apply would do and what would come of it; change nothing."),
    "bootstrap": ("hakit.cli.bootstrap", "Make bare hosts, or a half-made cluster, what the spec file says."),
    "apply": (
        "hakit.cli.apply",
        "Make a running cluster what the spec file says, and go back by itself when it does not serve then.",
    ),
    "rollback": (
        "hakit.cli.apply",
        "Undo a change: make the cluster again what it was before it, by default before the last one.",
    ),
    "history": ("hakit.cli.history", "List the changes of the cluster: when, by whom, what, and with which result."),
    "status": ("hakit.cli.status", "Show services, nodes, rings and quorum, with warnings in plain words."),
    "events": ("hakit.cli.events", "Tell in words what happens to services, nodes and rings, until Ctrl-C."),
    "switchover": ("hakit.cli.switchover", "Move a service to another node, and wait until it serves there."),
    "standby": ("hakit.cli.standby", "Let a node run nothing, and wait until its services serve elsewhere."),
    "unstandby": ("hakit.cli.standby", "Let a node run services again, and wait until the cluster has come to rest."),
    "stop": ("hakit.cli.service", "Take a service out of service, and keep it so until `hakit start`."),
    "start": ("hakit.cli.service", "Put a service that was stopped back in service, and wait until it serves."),
    "restart": ("hakit.cli.service", "Stop a service and start it again where it is, and wait until it serves."),
    "maintenance": ("hakit.cli.maintenance", "Let the cluster keep its hands off everything, or act again."),
    "cleanup": ("hakit.cli.cleanup", "Show what failed and why, and let the cluster forget it and try again."),
    "fence": ("hakit.cli.fence", "Try a node's fencing for real, tell what was fenced, confirm that a node is off."),
    "volume": ("hakit.cli.volume", "Tell how the two sides of a volume stand, join them again, and end a split brain."),
    "drill": (
        "hakit.cli.drill",
        "Break the cluster on purpose, one fault after the other, and time what a client sees.",
    ),
    "report": ("hakit.cli.report", "Show what a drill found, or compare two drills."),
    "destroy": ("hakit.cli.destroy", "Take the cluster apart and leave the hosts as they were before bootstrap."),
    "explain": ("hakit.cli.explain", "Say what a finding's code (HKnnn) means, why it matters and what to do."),
    "agent": ("hakit.cli.agent", "Install and describe hakit's resource agents, to use them with pcs or crm alone."),
    "completion": (
        "hakit.cli.completion",
        "Print or install what completes commands, options and names in bash, fish or zsh.",
    ),
    "lab": ("hakit.cli.lab", "Run real Debian nodes on this machine to try things out."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in the order in which one meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; its attribute has the command's name with underscores, and one behind a Python word."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        name = cmd_name.replace("-", "_")
        command = getattr(module, name, None) or getattr(module, f"{name}_")
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands from the table above, importing none, and the group's own options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - needed only here

        named = [CompletionItem(name, help=text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and name the one that was meant when there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415 - needed only here

            alike = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"no such command {args[0]!r}{f'; did you mean {alike[0]!r}?' if alike else ''}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table above, importing none."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "HAKIT"})
@click.version_option(__version__, prog_name="hakit")
def hakit() -> None:
    """One short file in, a verified highly available service out."""


def main() -> None:
    """Run hakit and exit with one of the codes of `ExitCode`."""
    # Loading a library makes thousands of objects that stay. Looking through them for garbage, again and again while
    # they load and once more at the end, is a quarter of the time that `hakit check` takes (bench/bench_startup.py).
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    try:
        code = hakit.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("hakit: stopped; the same command again goes on from here", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except HakitError as error:
        click.echo(f"hakit: {error.message}", err=True)
        if error.hint:
            click.echo(f"  try: {error.hint}", err=True)
        sys.exit(error.code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.DECLARED)
    except Exception:  # noqa: BLE001 - the last stop: a bug keeps its traceback and gets its own code
        import traceback  # noqa: PLC0415 - needed only here, and slow to import

        traceback.print_exc()
        click.echo("hakit: this is a bug in hakit, please report it with the lines above", err=True)
        sys.exit(ExitCode.BUG)
    sys.exit(code if isinstance(code, int) else ExitCode.DECLARED)
