"""The user study of the paper's Tables 1 and 2: its questions, its page, its key and its tally."""
