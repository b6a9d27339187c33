"""Secrets of fencing devices: from their files, from the cluster that has them already, or from a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hakit import render
from hakit.core import ExitCode, HakitError, Secret
from hakit.model import Cluster, Device, DeviceFencing, SecretParameter
from hakit.model.fencing import devices
from hakit.plan.seen import Seen

Ask = Callable[[Device, str], Secret]
"""Asks a person for a parameter of a device."""


def read(cluster: Cluster, folder: Path, *, need: bool = False) -> Cluster:
    """Fill in what stands in files; relative paths start at `folder`. A file that can't be read is left for later.

    With `need` that raises HakitError.
    """
    return _filled(cluster, lambda _, secret: _from_file(secret, folder, need=need))


def completed(cluster: Cluster, seen: Seen, ask: Ask) -> Cluster:
    """Ask for what is left and the cluster doesn't have already."""
    missing = frozenset(render.unknown_secrets(live(seen), cluster))
    return _filled(
        cluster,
        lambda device, secret: ask(device, secret.name) if (device.name, secret.name) in missing else secret.value,
    )


def from_cluster(cluster: Cluster, seen: Seen) -> Cluster:
    """Fill in what is left from the cluster's own CIB, for those who want to ask a device."""
    there = render.device_values(live(seen)) if live(seen) else {}

    def look(device: Device, secret: SecretParameter) -> Secret | None:
        known = there.get((device.name, secret.name))
        return secret.value if secret.value is not None or known is None else Secret(known)

    return _filled(cluster, look)


def live(seen: Seen) -> str:
    """Return the cluster's CIB; of a cluster at rest one node's; empty when there is none."""
    names = seen.running or tuple(name for name in seen.nodes if seen.ours(name))
    return next((cib for name in names if (cib := seen.nodes[name].cib)), "")


def _filled(cluster: Cluster, value: Callable[[Device, SecretParameter], Secret | None]) -> Cluster:
    if not isinstance(cluster.fencing, DeviceFencing):
        return cluster
    full = tuple(
        replace(each, secrets=tuple(replace(secret, value=value(each, secret)) for secret in each.secrets))
        for each in devices(cluster.fencing)
    )
    return replace(cluster, fencing=replace(cluster.fencing, devices=full))


def _from_file(secret: SecretParameter, folder: Path, *, need: bool) -> Secret | None:
    if not secret.file:
        return secret.value
    try:
        text = (folder / secret.file).expanduser().read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        if not need:
            return secret.value
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise HakitError(
            f"can't read the secret {secret.name} from {secret.file}: {why}", code=ExitCode.SPEC
        ) from error
    if not text or any(not sign.isprintable() for sign in text):
        raise HakitError(f"{secret.file} holds no secret of one line", code=ExitCode.SPEC)
    return Secret(text)
