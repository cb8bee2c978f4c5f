"""Children that ended are not joined before the first one has ended."""

import os
import time

first = os.fork()
if first == 0:
    time.sleep(4)
    os._exit(0)
others = []
for _ in range(2):
    child = os.fork()
    if child == 0:
        os._exit(0)
    others.append(child)
for child in (first, *others):
    os.waitpid(child, 0)
