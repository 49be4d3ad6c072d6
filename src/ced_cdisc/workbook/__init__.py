"""The Pinnacle-21-style workbook: its layout, and a define.xml as one and back."""
