"""Runs the command in the arguments and returns its exit code. Kills the whole process group when standard input closes, so
that the command ends with the program that started it, however that program ends."""

import os
import signal
import subprocess
import sys
import threading


def end_with_parent():
    # Not `sys.stdin`: the interpreter cannot exit while a thread holds the lock of its buffer.
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
sys.exit(subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL).returncode)
