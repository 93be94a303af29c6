"""From files to responses: readers, matching, quality, linking."""
