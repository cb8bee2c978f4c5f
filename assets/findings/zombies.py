"""Children are started, end, and nobody waits for them."""

import os
import sys
import time

for _ in range(3):
    if os.fork() == 0:
        os._exit(0)
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 15)
