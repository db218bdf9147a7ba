"""Records, or what a reader makes one of, in; pictures out."""
