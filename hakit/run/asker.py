"""The client that a drill watches a service with: it asks over and over and tells every answer as it comes.

Sent to `python3 -I -S -` in the clients' network, followed by a call of `main`. It stands alone: standard library,
Python 3.9. One thread and one select loop, so that its own cost stays far below one percent of a core. Questions are begun
at a steady pace whether or not earlier ones have been answered, so a question that hangs hides nothing. Its clock is the
monotonic one, set to the time of day once: a clock that is stepped meanwhile changes nothing.

Lines of JSON on stdout: `["a", asked, answered, ok, words]` for a question, `["m", when, [MAC, …]]` for who claims the
virtual IP to its neighbours, once a second where it is a neighbour's, `["c", when, seconds]` for the processor time that it
took itself so far. Times are seconds of the epoch.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import time
from typing import Any

_IN_PROGRESS = (0, errno.EINPROGRESS)
_ETH_P_ARP = 0x0806
_ARP_BYTES = 42  # Ethernet header 14, ARP for IPv4 28
_SIOCGIFHWADDR = 0x8927  # netdevice(7)
_ICMP6_FILTER = 1  # linux/icmpv6.h
_SOLICITATION, _ADVERTISEMENT = 135, 136  # ICMPv6 types, RFC 4861
_TARGET_CARD = b"\x02\x01"  # the option with the card, in units of eight bytes
_SOLICITED = 0x40  # the flag of an advertisement that answers somebody
# Seconds in which a neighbour answers. Later ones answer the kernel's own questions: after a move in order another node than before.
_AT_ONCE = 0.25
_ENOUGH = 64  # bytes of an answer in which its first line must have ended
_TELL_COST = 1.0  # seconds


def main(plan: str) -> None:
    """Ask as the JSON text `plan` says until the time is up or nobody reads any more.

    `address`, `port`; `request` is the text that is sent once connected, empty for a bare connection; `status` what the
    answer must have; `every`, `patience` and `seconds`.
    """
    try:
        Asker(json.loads(plan)).run()
    except BrokenPipeError:
        os._exit(0)


class Question:
    """One question under way."""

    __slots__ = ("asked", "got", "sent", "socket")

    def __init__(self, line: socket.socket, asked: float) -> None:
        self.socket = line
        self.asked = asked
        self.sent = False
        self.got = b""


class Asker:
    """Everything that is under way."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.family = socket.AF_INET6 if ":" in plan["address"] else socket.AF_INET
        self.where = (plan["address"], plan["port"])
        self.request = plan["request"].encode()
        self.wanted = (" %d " % plan["status"]).encode()
        self.open: dict[int, Question] = {}
        self.poll = select.epoll()
        self.offset = time.time() - time.monotonic()
        self.neighbours = neighbours(plan["address"])
        if self.neighbours is not None:
            self.poll.register(self.neighbours.line.fileno(), select.EPOLLIN)
        self.claims: set[str] = set()
        self.wondered = 0.0
        self.lines: list[str] = []

    def run(self) -> None:
        """Ask until the time is up."""
        start = time.monotonic()
        due, tell = start, start + _TELL_COST
        while time.monotonic() - start < self.plan["seconds"]:
            now = time.monotonic()
            if now >= due:
                due = max(due + self.plan["every"], now)
                self.expire(now)
                self.begin(now)
                self.flush()
            if now >= tell:
                tell = now + _TELL_COST
                self.tell_all(now)
            for number, _ in self.poll.poll(max(0.0, due - time.monotonic())):
                self.go_on(number)
        self.flush()

    def begin(self, now: float) -> None:
        """Begin one question; what is refused at once is answered with no."""
        line = socket.socket(self.family, socket.SOCK_STREAM)
        line.setblocking(False)
        question = Question(line, now)
        code = line.connect_ex(self.where)
        if code in _IN_PROGRESS:
            self.open[line.fileno()] = question
            self.poll.register(line.fileno(), select.EPOLLOUT)
        else:
            self.end(question, ok=False, words=_name(code))

    def go_on(self, number: int) -> None:
        """Take the next step of a question, or hear who claims the address."""
        if self.neighbours is not None and number == self.neighbours.line.fileno():
            heard = self.neighbours.heard()
            if time.monotonic() - self.wondered <= _AT_ONCE:
                self.claims |= heard
            return
        question = self.open.get(number)
        if question is None:
            return
        try:
            if not question.sent:
                self.connected(question)
            else:
                self.read(question)
        except OSError as error:
            self.end(question, ok=False, words=_name(error.errno or 0))

    def connected(self, question: Question) -> None:
        """Send the request once connected; where there is none, that was the answer."""
        code = question.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code or not self.request:
            self.end(question, ok=not code, words=_name(code) if code else "")
            return
        question.socket.send(self.request)
        question.sent = True
        self.poll.modify(question.socket.fileno(), select.EPOLLIN)

    def read(self, question: Question) -> None:
        """Read as far as the answer's first line; the rest is not needed."""
        more = question.socket.recv(1024)
        question.got += more
        line, mark, _ = question.got.partition(b"\r\n")
        if mark or not more or len(question.got) > _ENOUGH:
            good = line.startswith(b"HTTP/1.") and self.wanted in line + b" "
            self.end(question, ok=good, words="" if good else line[:40].decode("latin-1") or "closed without a word")

    def expire(self, now: float) -> None:
        """Give up the questions that take too long."""
        for question in [each for each in self.open.values() if now - each.asked > self.plan["patience"]]:
            self.end(question, ok=False, words="no answer" if question.sent else "no connection")

    def end(self, question: Question, *, ok: bool, words: str) -> None:
        """Note what became of a question."""
        self.open.pop(question.socket.fileno(), None)  # closing takes it out of the poll as well
        question.socket.close()
        now = time.monotonic()
        self.lines.append(
            '["a",%.4f,%.4f,%d,%s]' % (question.asked + self.offset, now + self.offset, ok, json.dumps(words))
        )

    def tell_all(self, now: float) -> None:
        """Tell who claimed the address since the last time, and what this program has cost; ask for the address again."""
        when = now + self.offset
        if self.neighbours is not None:
            self.lines.append(json.dumps(["m", round(when, 4), sorted(self.claims)]))
            self.claims.clear()
            self.wondered = now
            self.neighbours.ask()
        used = os.times()
        self.lines.append(json.dumps(["c", round(when, 4), round(used.user + used.system, 4)]))

    def flush(self) -> None:
        """Hand the lines over, all at once."""
        if self.lines:
            data = ("\n".join(self.lines) + "\n").encode()
            self.lines.clear()
            while data:
                data = data[os.write(1, data) :]


class ByArp:
    """Who has an IPv4 address, by ARP probes with the sender 0.0.0.0, which change nobody's cache (RFC 5227)."""

    def __init__(self, nic: str, address: str) -> None:
        self.line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ARP))
        self.line.setblocking(False)
        self.line.bind((nic, _ETH_P_ARP))
        self.mac, self.wanted = self.line.getsockname()[4], socket.inet_aton(address)

    def ask(self) -> None:
        """Send a question."""
        body = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, self.mac, bytes(4), bytes(6), self.wanted)
        try:
            self.line.send(b"\xff" * 6 + self.mac + struct.pack("!H", _ETH_P_ARP) + body)
        except OSError:
            return

    def heard(self) -> set[str]:
        """Take what came; return the card that names the address as its own in an answer to us, if that is what it was."""
        got = self.line.recv(2048)
        answer = len(got) >= _ARP_BYTES and got[20:22] == b"\0\2" and got[:6] == self.mac != got[22:28]
        return {got[22:28].hex(":")} if answer and got[28:32] == self.wanted else set()


class ByNdp:
    """Who has an IPv6 address, by neighbour solicitations (RFC 4861)."""

    def __init__(self, nic: str, address: str) -> None:
        self.line = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.line.setblocking(False)
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, nic.encode() + b"\0")
        self.line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        # A bit that is set keeps its type out: without this every reply to a ping would come here.
        types = [0xFFFFFFFF] * 8
        types[_ADVERTISEMENT >> 5] ^= 1 << (_ADVERTISEMENT & 31)
        self.line.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("=8I", *types))
        self.wanted = socket.inet_pton(socket.AF_INET6, address)
        group = socket.inet_ntop(socket.AF_INET6, bytes.fromhex("ff0200000000000000000001ff") + self.wanted[13:])
        self.group = (group, 0, 0, socket.if_nametoindex(nic))
        # Not from /sys, which in a network namespace may tell of another one.
        self.mac = fcntl.ioctl(self.line, _SIOCGIFHWADDR, struct.pack("16s24x", nic.encode()))[18:24]

    def ask(self) -> None:
        """Send a question; the kernel fills in the checksum."""
        packet = struct.pack("!BBHI", _SOLICITATION, 0, 0, 0) + self.wanted + b"\x01\x01" + self.mac
        try:
            self.line.sendto(packet, self.group)
        except OSError:
            return

    def heard(self) -> set[str]:
        """Take what came; return the card of an advertisement of the address, if that is what it was."""
        got = self.line.recv(2048)
        answer = got[8:24] == self.wanted and got[24:26] == _TARGET_CARD and got[4] & _SOLICITED
        return {got[26:32].hex(":")} if answer else set()


def neighbours(address: str) -> ByArp | ByNdp | None:
    """Open what asks for the address; None where it isn't a neighbour's, or this user may not."""
    try:
        said = subprocess.run(
            ("ip", "-oneline", "route", "get", address),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=5,
        )
        words = said.stdout.decode().split()
        if "via" in words or "dev" not in words or "local" in words:
            return None
        nic = words[words.index("dev") + 1]
        return ByNdp(nic, address) if ":" in address else ByArp(nic, address)
    except (OSError, subprocess.SubprocessError):
        return None


def _name(code: int) -> str:
    return errno.errorcode.get(code, str(code)) if code else ""
