"""A program of its own: `asking.py URL PROXY SECONDS` asks all the while and prints the longest time without an answer."""

from __future__ import annotations

import json
import sys
import time
import urllib.request

_EVERY = 0.02


def main(url: str, proxy: str, seconds: str) -> None:
    """Ask for that long; `longest` is in seconds, from the last answer before to the first one after."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    end = time.monotonic() + float(seconds)
    last, longest, answers = time.monotonic(), 0.0, 0
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            with opener.open(url, timeout=0.5) as answer:
                answer.read()
            longest, last, answers = max(longest, time.monotonic() - last), time.monotonic(), answers + 1
        except OSError:
            pass
        time.sleep(max(0.0, began + _EVERY - time.monotonic()))  # noqa: TID251 - a program of its own
    longest = max(longest, time.monotonic() - last)
    sys.stdout.write(json.dumps({"longest": longest, "answers": answers}))


if __name__ == "__main__":
    main(*sys.argv[1:])
