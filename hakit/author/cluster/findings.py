"""What an existing cluster has and a spec doesn't say, or says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hakit.core import Finding, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported(Finding):
    """Base: something about an existing cluster, and where it stands (`FILE:LINE`, or the file alone)."""

    severity: ClassVar[Severity] = Severity.WARNING

    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignResource(Imported):
    """A resource that is no service of a spec."""

    code = "HK401"
    matters = (
        "hakit only answers for what the spec says. What is besides would stay outside every plan, check and drill."
    )
    id: str
    kind: str
    why: str

    def text(self) -> str:
        """Name it, with what it is and why it is none."""
        return f"resource {self.id} ({self.kind}) is not in the spec: {self.why}"

    def remedy(self) -> str:
        """Say what becomes of it."""
        return "hakit refuses to change a cluster that has more than its spec says, and only 'bootstrap --replace' removes it"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotInSpec(Imported):
    """A setting of something that is in the spec, but which the spec has no word for."""

    code = "HK402"
    matters = "Somebody set it on purpose, perhaps for a good reason."
    subject: str
    what: str
    value: str

    def text(self) -> str:
        """Name it with its value."""
        value = f" ({self.value})" if self.value else ""
        return f"{self.subject}: {self.what}{value} has no place in a spec"

    def remedy(self) -> str:
        """Say what becomes of it."""
        return "it would be lost when hakit makes the cluster what the spec says"


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidOtherwise(Imported):
    """A value that the spec means otherwise."""

    code = "HK403"
    matters = "Making the cluster what the spec says changes this."
    cure = "write the wanted value into the spec where it has a key for it, or accept the new one"
    subject: str
    what: str
    value: str
    meant: str

    def text(self) -> str:
        """Compare the two."""
        return f"{self.subject}: {self.what} is {self.value}, and by the spec it would be {self.meant}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignConstraint(Imported):
    """A constraint that a spec can't say."""

    code = "HK404"
    matters = "A constraint decides where something runs. Without it, Pacemaker may choose another node."
    id: str
    kind: str
    says: str

    def text(self) -> str:
        """Name it with what it says."""
        return f"{self.kind} constraint {self.id} ({self.says}) has no place in a spec"

    def remedy(self) -> str:
        """Say what a spec has instead."""
        return "a spec says prefer, switchback and depends_on; what was moved by hand is set free with 'pcs resource clear'"


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignPart(Imported):
    """Something else in the CIB: tags, ACLs, alerts of other agents, levels of fencing, attributes of nodes."""

    code = "HK405"
    matters = "hakit neither shows nor keeps these parts, and leaves them alone."
    cure = "keep looking after it with pcs or crm"
    part: str
    says: str

    def text(self) -> str:
        """Name it with what it says."""
        return f"{self.part} ({self.says}) has no place in a spec"


@dataclass(frozen=True, kw_only=True, slots=True)
class Added(Imported):
    """Something that the spec means and the cluster doesn't have."""

    code = "HK406"
    matters = "The first plan for this spec shows it as a change."
    cure = "nothing, or say another value in the spec"
    severity: ClassVar[Severity] = Severity.NOTE
    subject: str
    what: tuple[str, ...]

    def text(self) -> str:
        """Name it."""
        return f"{self.subject}: by the spec there would also be {', '.join(self.what)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reshaped(Imported):
    """Resources that would have other names, or stand otherwise together, with the same meaning."""

    code = "HK407"
    matters = "A name is how Pacemaker knows a resource: with another name it is another resource."
    cure = "plan the change for a time when the service may be stopped and started once"
    severity: ClassVar[Severity] = Severity.NOTE
    what: str
    becomes: str
    restarts: bool

    def text(self) -> str:
        """Say what becomes of them."""
        return f"{self.what} is written as {self.becomes}"

    def remedy(self) -> str:
        """Say what that means for the running cluster."""
        return (
            "to Pacemaker these are other resources: the change stops and starts the service" if self.restarts else ""
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumed(Imported):
    """Something that a spec says and the files don't."""

    code = "HK408"
    matters = "The rest of the cluster works with any answer, but hakit's checks rely on this one."
    cure = "correct it in the spec if it is otherwise; an import from the running nodes sees it"
    severity: ClassVar[Severity] = Severity.NOTE
    what: str
    taken: str

    def text(self) -> str:
        """Say what was taken for it."""
        return f"{self.what} isn't said there; taken: {self.taken}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoReason(Imported):
    """Fencing is off, and nobody knows why."""

    code = "HK409"
    matters = "Whoever finds this cluster later has to know whether it was a decision or was forgotten."

    def text(self) -> str:
        """Say what is missing."""
        return "fencing is switched off, and nothing says why"

    def remedy(self) -> str:
        """Say who has to write it."""
        return "write the reason behind 'none:' in the spec, or decide otherwise"


@dataclass(frozen=True, kw_only=True, slots=True)
class Undecided(Imported):
    """Fencing is on, but no device is there: such a cluster waits for ever when a node is lost."""

    code = "HK410"
    matters = (
        "Pacemaker waits until a lost node is fenced. Without a device that never happens, and the service stays down."
    )

    def text(self) -> str:
        """Say what that means."""
        return "fencing is on without any device: when a node is lost, nothing would start elsewhere"

    def remedy(self) -> str:
        """Say what to decide."""
        return "decide in the spec: fencing.none with a reason, or fencing.devices"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecWouldHaveFault(Imported):
    """The spec says the cluster rightly, and hakit would refuse it."""

    code = "HK411"
    matters = "No command of hakit works with a spec that has faults."
    cure = "correct the spec by hand; hakit check tells the place of each fault"
    fault: str

    def text(self) -> str:
        """Give the fault in the words of `hakit check`."""
        return f"hakit check refuses this: {self.fault}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretLeftOut(Imported):
    """A secret of a fencing device that is not written into a file."""

    code = "HK412"
    matters = "A spec file is copied, mailed and kept in version control; a password should not travel with it."
    cure = "put the secret into a file that only root reads, and name it in the spec with file:"
    severity: ClassVar[Severity] = Severity.NOTE
    device: str
    parameter: str

    def text(self) -> str:
        """Name it, not its value."""
        return f"{self.device}: {self.parameter} is a secret and was left out: the spec says to ask for it"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnNote(Imported):
    """What pcs or crm wrote down for themselves."""

    code = "HK413"
    matters = "A tool keeps it to know its own clusters again; neither Corosync nor Pacemaker acts on it."
    cure = "nothing; the tool makes a new one when it needs it"
    severity: ClassVar[Severity] = Severity.NOTE
    what: str
    value: str

    def text(self) -> str:
        """Name it with its value."""
        return f"{self.what} ({self.value}) is a tool's own note, and not in the spec"
