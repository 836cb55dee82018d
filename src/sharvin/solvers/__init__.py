"""From a device to its S-matrix, its waves and its Green function."""
