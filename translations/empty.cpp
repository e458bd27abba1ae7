// The library consists of its resources.
