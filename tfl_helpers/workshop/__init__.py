"""A room: offline folder, hub and rehearsal. It configures what exists."""
