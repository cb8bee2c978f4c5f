"""What the kernel tells of threads and cores: the files of /proc, read again and again."""
