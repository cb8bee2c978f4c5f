"""Children that ended are not joined before another one has, which is waited for with a timeout."""

import subprocess

first = subprocess.Popen(["sleep", "2.5"])
others = [subprocess.Popen(["true"]) for _ in range(2)]
for child in (first, *others):
    child.wait(timeout=60)
