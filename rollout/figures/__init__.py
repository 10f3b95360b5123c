"""What the facts add up to: measures, progress, trend, snapshots, contradictions. One way to a figure."""
