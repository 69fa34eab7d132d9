"""Galleys: an issue as a text file that editors mark up, and what they changed in it."""

from digest.curate.editing.galley.amending import Amended, amend
from digest.curate.editing.galley.reading import read_galley
from digest.curate.editing.galley.values import Galley, galley_of
from digest.curate.editing.galley.writing import write_galley

__all__ = ["Amended", "Galley", "amend", "galley_of", "read_galley", "write_galley"]
