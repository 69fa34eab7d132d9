"""Curating: posts become stories, stories become an issue, and every choice has its reason.

Pure, but for the model that ``placing`` loads: values in, values out, and the same values for the
same input in any order. The rooms are the steps: ``timing`` says what is due, ``choosing`` sifts,
``placing`` finds topics, ``grouping`` stories, ``choosing`` scores and selects, :mod:`telling
<digest.curate.telling>` writes; :mod:`assemble <digest.curate.assemble>` is the way through them.
``editing`` applies what editors changed, ``explaining`` answers for it all, ``roundup`` tells a
year.
"""
