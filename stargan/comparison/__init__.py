"""The paper's tables beside this project's numbers. Works on what evaluate and tally wrote, and never on images."""
