"""Content that shows the platform, written by its makers and marked as such wherever it shows."""
