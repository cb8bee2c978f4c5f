"""What others can open: traces, tables, a report and a picture, made of a recording."""
