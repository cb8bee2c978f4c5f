"""One maker, or the frame of one station, drawn: as a panel, a card, a row or large."""
