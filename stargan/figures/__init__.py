"""The paper's figures, from translations on disk: which faces and columns they show, and how they are laid out."""
