"""A pipeline's first commands have ended, and are joined once the last one has."""

import subprocess

PIPE = subprocess.PIPE
first = subprocess.Popen(["seq", "1000"], stdout=PIPE)
second = subprocess.Popen(["sort"], stdin=first.stdout, stdout=PIPE)
third = subprocess.Popen(
    ["sh", "-c", "cat > /dev/null; sleep 2.5"], stdin=second.stdout, stdout=PIPE
)
third.communicate()
for process in (first, second, third):
    process.wait()
