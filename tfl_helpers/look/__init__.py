"""One module a thing to look at: its record and its reader, and its picture if it has one."""
