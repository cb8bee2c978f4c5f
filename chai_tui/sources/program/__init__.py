"""The program source: a program that is not ours, run or watched."""
