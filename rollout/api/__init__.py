"""The REST API, version 1: progress, connections, alerts, deadlines, forecasts for programs."""
