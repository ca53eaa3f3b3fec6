"""What the benchmarks share: running a program with its cost measured, and tables of text."""
import math
import os
import subprocess
import sys
import tempfile
import time


class Cost:
    """Wall seconds; megabytes: the largest sum of what the process and its children held at once, pages that they share counted once."""

    def __init__(self, seconds, megabytes, code, output):
        self.seconds, self.megabytes, self.code, self.output = seconds, megabytes, code, output


def _memory(pid):
    """Kilobytes of a process and its children (proportional set size)."""
    total, open_pids = 0, [pid]
    while open_pids:
        p = open_pids.pop()
        try:
            with open(f"/proc/{p}/smaps_rollup", encoding="ascii") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            with open(f"/proc/{p}/task/{p}/children", encoding="ascii") as file:
                open_pids += [int(c) for c in file.read().split()]
        except (OSError, StopIteration):
            pass
    return total


def run(command, memory=False):
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        child = subprocess.Popen([str(c) for c in command], stdout=output, stderr=subprocess.STDOUT)
        most = 0
        while memory and child.poll() is None:
            most = max(most, _memory(child.pid))
            time.sleep(0.01)
        _, status, usage = os.wait4(child.pid, 0) if child.returncode is None else (0, None, None)
        seconds = time.perf_counter() - begin
        code = child.returncode if usage is None else os.waitstatus_to_exitcode(status)
        child.returncode = code
        output.seek(0)
        return Cost(seconds, most / 1024, code, output.read().decode("utf-8", "replace"))


def must(cost, what):
    if cost.code != 0:
        sys.exit(f"{what}: exit code {cost.code}\n{cost.output[-2000:]}")
    return cost


def table(rows, header):
    """Rows of text or numbers, columns lined up; the first column to the left."""
    text = [[cell if isinstance(cell, str) else f"{cell:.3g}" for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in text) for i in range(len(header))]
    for row in text:
        print("  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip())


def geometric_mean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else math.nan
