"""Who asks: tokens and their issuers, and what a principal may see."""
