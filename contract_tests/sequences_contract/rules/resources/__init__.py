"""What is special about the resources beside sequences; a file for each. What they share with every other is in `common`."""
