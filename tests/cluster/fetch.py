"""A program of its own: `fetch.py URL [PROXY]` prints what an HTTP client sees as JSON; runs in the lab's client."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request

_PATIENCE = 5.0


def main(url: str, proxy: str = "") -> None:
    """Fetch once; code 0 stands for no HTTP answer at all."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy} if proxy else {}))
    start = time.monotonic()
    try:
        with opener.open(url, timeout=_PATIENCE) as answer:
            code, headers, body = answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        code, headers, body = error.code, dict(error.headers), error.read().decode(errors="replace")
    except OSError as error:
        code, headers, body = 0, {}, str(error)
    said = {"code": code, "headers": headers, "body": body, "seconds": time.monotonic() - start}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
