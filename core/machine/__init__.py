"""What this machine has: processors, memory, accelerators, and why not."""
