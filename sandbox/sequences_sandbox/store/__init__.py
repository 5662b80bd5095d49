"""Storage: the verbs (`base`), and one file or folder per implementation."""
