"""A thread, which is joined, waits for a lock that nobody gives back, and gives up in the end."""

import _thread
import sys
import threading

milk = _thread.allocate_lock()  # as the standard library has them, of which nobody tells
milk.acquire()
thread = threading.Thread(target=milk.acquire, args=(True, float(sys.argv[1])))
thread.start()
thread.join()
