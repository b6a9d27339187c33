"""The machine that a benchmark ran on, in words that name no one."""

from __future__ import annotations

import os
import platform


def described() -> str:
    """Say how many cores there are, which kernel and which Python."""
    return f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
