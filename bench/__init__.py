"""Speed and size, as ratios and counts: `make bench`. Nothing here is a test that can fail by the clock."""
