"""The client that a drill watches a service with: it asks over and over and tells every answer as it comes.

Sent to `python3 -I -S -` in the clients' network, followed by a call of `main`. It stands alone: standard library,
Python 3.9. One thread and one select loop, so that its own cost stays far below one percent of a core. Questions are begun
at a steady pace whether or not earlier ones have been answered, so a question that hangs hides nothing. Its clock is the
monotonic one, set to the time of day once: a clock that is stepped meanwhile changes nothing.

Lines of JSON on stdout: `["a", asked, answered, ok, words]` for a question, `["m", when, [MAC, …]]` for who claims the
virtual IP, `["c", when, seconds]` for the processor time that it took itself so far. Times are seconds of the epoch.
"""

from __future__ import annotations

import errno
import json
import os
import select
import socket
import struct
import time
from typing import Any

_IN_PROGRESS = (0, errno.EINPROGRESS)
_ETH_P_ARP = 0x0806
_ARP_BYTES = 42  # Ethernet header 14, ARP for IPv4 28
_ENOUGH = 64  # bytes of an answer in which its first line must have ended
_TELL_COST = 1.0  # seconds


def main(plan: str) -> None:
    """Ask as the JSON text `plan` says until the time is up or nobody reads any more.

    `address`, `port`; `request` is the text that is sent once connected, empty for a bare connection; `status` what the
    answer must have; `every`, `patience` and `seconds`; `nic` is where the address is asked for by ARP, empty for not at all.
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
        self.arp = self.arp_line()
        self.claims: set[str] = set()
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
        if self.arp is not None and number == self.arp.fileno():
            self.hear()
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
        if self.arp is not None:
            self.lines.append(json.dumps(["m", round(when, 4), sorted(self.claims)]))
            self.claims.clear()
            self.ask_for_address()
        used = os.times()
        self.lines.append(json.dumps(["c", round(when, 4), round(used.user + used.system, 4)]))

    def flush(self) -> None:
        """Hand the lines over, all at once."""
        if self.lines:
            data = ("\n".join(self.lines) + "\n").encode()
            self.lines.clear()
            while data:
                data = data[os.write(1, data) :]

    def arp_line(self) -> socket.socket | None:
        """Open what asks for the address on its network; None where that can't be done."""
        if not self.plan["nic"] or self.family != socket.AF_INET:
            return None
        try:
            line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ARP))
            line.setblocking(False)
            line.bind((self.plan["nic"], _ETH_P_ARP))
        except OSError:
            return None
        self.poll.register(line.fileno(), select.EPOLLIN)
        return line

    def ask_for_address(self) -> None:
        """Send an ARP probe with the sender 0.0.0.0, which changes nobody's cache (RFC 5227)."""
        if self.arp is None:
            return
        mac, wanted = self.arp.getsockname()[4], socket.inet_aton(self.plan["address"])
        body = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, bytes(4), bytes(6), wanted)
        try:
            self.arp.send(b"\xff" * 6 + mac + struct.pack("!H", _ETH_P_ARP) + body)
        except OSError:
            return

    def hear(self) -> None:
        """Take an answer to our own question: whoever names the address as his own claims it."""
        if self.arp is None:
            return
        got, mac = self.arp.recv(2048), self.arp.getsockname()[4]
        answer = len(got) >= _ARP_BYTES and got[20:22] == b"\0\2"
        if answer and got[28:32] == socket.inet_aton(self.plan["address"]) and got[:6] == mac and got[22:28] != mac:
            self.claims.add(got[22:28].hex(":"))


def _name(code: int) -> str:
    return errno.errorcode.get(code, str(code)) if code else ""
