"""A clone and a machine in, a Python with the pinned packages out, and a doctor for both."""
