"""HTTP as every service speaks it: problem documents, commands on a document, pages, languages."""
