"""What ssh says when it fails, turned into a cause and something to do."""

from __future__ import annotations

from hakit.core import HostUnreachable

HUNG = "look at the host's console; the command can be given again"

# ssh has no codes for its failures, only 255 and prose (ssh(1), "EXIT STATUS"): the phrases of OpenSSH 8 to 10.
_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "its host key is not the one in known_hosts",
        "if the host was reinstalled, compare the key on its console, then: ssh-keygen -R {host}",
    ),
    ("Host key verification failed", "its host key is unknown", "log in once by hand and compare the key: ssh {host}"),
    ("Permission denied", "it refuses the login", "allow root to log in with your key: ssh-copy-id root@{host}"),
    (
        "Could not resolve hostname",
        "its name does not resolve here",
        "put it into ~/.ssh/config (Host {host}, HostName ADDRESS, User root) or /etc/hosts",
    ),
    ("Connection refused", "nothing listens on its ssh port", "start ssh on it: systemctl enable --now ssh"),
    ("No route to host", "there is no way to it", "is it on, and is its network up?"),
    ("Network is unreachable", "there is no way to it", "is this machine's network up?"),
    ("timed out", "it does not answer", "is it on, and is its network up?"),
    ("Connection closed", "it closed the connection", "journalctl -u ssh on {host} says why"),
    ("Broken pipe", "the connection broke", "is it still on?"),
    ("python3: command not found", "python3 is not installed on it", "apt-get install python3 on {host}"),
    ("python3: not found", "python3 is not installed on it", "apt-get install python3 on {host}"),
)


def explained(host: str, code: int, said: str, seconds: float) -> HostUnreachable:
    """Make the error for a trip that failed before the actions were through."""
    for phrase, reason, hint in _CAUSES:
        if phrase in said:
            return HostUnreachable(host, reason, hint=hint.format(host=host))
    last = said.strip().splitlines()[-1:] or ["it said nothing"]
    return HostUnreachable(host, f"the connection failed after {seconds:.0f} s (ssh exit code {code}): {last[0]}")
