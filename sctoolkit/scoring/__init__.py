"""From responses to scores, with a reason for each score that was not given."""
