"""Printouts and files from templates: PDF with an embedded Chinese font, DOCX, XLSX."""
