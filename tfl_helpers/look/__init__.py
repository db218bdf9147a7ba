"""One module a thing to look at: its record, its reader and its picture, side by side."""
