"""Waits until /metrics says that the coordinator is up or down: python3 wait.py PORT 0|1."""

import select
import sys
import time
import urllib.request

deadline = time.monotonic() + 90
while time.monotonic() < deadline:
    url = f"http://127.0.0.1:{sys.argv[1]}/metrics"
    text = urllib.request.urlopen(url, timeout=60).read().decode()
    if f"\nwindrow_coordinator_up {sys.argv[2]}\n" in text:
        sys.exit(0)
    select.select([], [], [], 0.05)
sys.exit(f"waited in vain for windrow_coordinator_up {sys.argv[2]}:\n{text}")
