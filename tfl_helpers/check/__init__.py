"""Work of the learner and claims in, verdicts out."""
