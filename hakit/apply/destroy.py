"""Take a cluster apart: look, plan, do one stage, look again, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable

from hakit.apply import lock, stage, tools
from hakit.apply.look import look
from hakit.core import ExitCode, HakitError, Listener, Runner
from hakit.model import Cluster
from hakit.observe.record import Phase
from hakit.plan import destroy as plan
from hakit.plan.seen import Belonging, Seen
from hakit.plan.step import Stage

_ROUNDS = 8  # twice the number of stages


def destroy(
    cluster: Cluster, runner: Runner, *, listener: Listener, agree: Callable[[tuple[Stage, ...]], bool]
) -> bool:
    """Take it apart and put the hosts back; say whether there was anything to do.

    Raises HakitError when a host that is to be put back belongs to another cluster, or there is nothing else, or the
    person does not agree; Busy; HostUnreachable when a host can't be reached (nothing is done then); CommandFailed.
    """
    seen = look(cluster, runner)
    left = plan.stages(seen, tools.assumed(seen))
    _refuse_others(seen, something_to_do=bool(left))
    if not left:
        return False
    if not agree(plan.stages(seen, tools.detected(seen, runner))):
        raise HakitError("not agreed; nothing was changed", code=ExitCode.DIFFERENT)
    with lock.held(seen.hosts, runner) as lease:
        for _ in range(_ROUNDS):
            seen = look(cluster, runner)
            if not plan.stages(seen, tools.assumed(seen)):
                return True
            _refuse_others(seen, something_to_do=True)
            lease.insist()
            stage.do(plan.stages(seen, tools.detected(seen, runner))[0], runner, listener)
    raise HakitError("the cluster is not gone although all was done; something brings it back", hint="hakit status")


def _refuse_others(seen: Seen, *, something_to_do: bool) -> None:
    """Refuse what would harm another cluster, and to call a host free of ours that is another's.

    A host whose notes were taken away is done with, even while others are not: it may be its earlier cluster's again.
    """
    for name, host in seen.hosts.items():
        note = seen.nodes[name].record
        ours = note is not None and note.cluster == seen.cluster.name
        # A destroy that was cut short may have put the file of an earlier cluster back already.
        returning = ours and note is not None and note.phase is not Phase.NOTED
        done = note is None and something_to_do
        if seen.belonging(name) is Belonging.OTHER and host.corosync and not (returning or done):
            raise HakitError(
                f"{name} belongs to another cluster: {host.corosync.cluster_name}; nothing was changed",
                hint="name that cluster's spec file, or take this node out of the spec",
            )
