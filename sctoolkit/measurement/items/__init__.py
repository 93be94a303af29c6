"""Items one by one and scales as a whole: keyed data, item analysis, reliability."""
