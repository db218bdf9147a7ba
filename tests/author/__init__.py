"""For authors and tests: lessons in, lessons executed, run, solved and measured out."""
