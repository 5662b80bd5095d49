"""Rules about sequences, which the API's users watch and steer. In code a sequence is a run."""
