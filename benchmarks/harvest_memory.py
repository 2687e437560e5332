"""Memory of a harvest over a made-up stream: pages are made while they are asked for, and kept nowhere.

    python benchmarks/sites.py
    python benchmarks/harvest_memory.py [RECORDS]        10,000; the goal is stated for 1,000,000

Prints the resident memory of the process that harvests, the highest of each phase, and the slope over the
second half of the listing and of the writing, in KB a record (goal: 0.05, and 512 MB in all). Parsing runs in
processes of its own, one a page, which is not counted.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from pathlib import Path

from harvest_catalogue import Catalogue, serving
from search_peers import FOLDER, Side

GOAL_KB, GOAL_MB = 0.05, 512


def resident(process: int) -> float:
    """Return the resident memory of a process in KB."""
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1])
    return 0.0


def slope(points: list[tuple[int, float]]) -> float:
    """Return KB a record over the second half of the points, by least squares."""
    half = points[len(points) // 2 :]
    middle = sum(x for x, _ in half) / len(half), sum(y for _, y in half) / len(half)
    spread = sum((x - middle[0]) ** 2 for x, _ in half)
    return sum((x - middle[0]) * (y - middle[1]) for x, y in half) / spread if spread else 0.0


def main() -> None:
    """Harvest, and watch."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    ours, watcher = Side("registry"), Side("registry")
    mark = f"memory-{uuid.uuid4().hex[:8]}"
    seen: dict[str, list[tuple[int, float]]] = {}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(1):
            progress = watcher.ask("progress", source=mark)[1]
            if progress is not None:
                seen.setdefault(progress["phase"], []).append((progress["done"], resident(ours.process)))

    with serving({mark: Catalogue(mark, number)}, keep=False) as url:
        beside = threading.Thread(target=watch)
        beside.start()
        begun = time.perf_counter()
        told = ours.ask("harvest", source=mark, url=f"{url}/{mark}", organization="benchmark-memory")[1]
        taken = time.perf_counter() - begun
        ended.set()
        beside.join()
    assert told["added"] == number, told
    print(f"{number} records in {taken:.0f} s; goal {GOAL_KB} KB a record, {GOAL_MB} MB")
    for phase, points in seen.items():
        highest = max(memory for _, memory in points) / 1024
        print(f"{phase:10} highest {highest:6.0f} MB   slope {slope(points):7.3f} KB a record")
    print(json.dumps(told["timings"]))


if __name__ == "__main__":
    assert FOLDER.exists(), "run benchmarks/sites.py first"
    main()
