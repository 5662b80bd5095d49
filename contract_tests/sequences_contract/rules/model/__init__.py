"""Random walks over one run, compared with a model of it."""
