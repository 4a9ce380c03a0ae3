"""The paper's claims beside what the runs made here say."""
