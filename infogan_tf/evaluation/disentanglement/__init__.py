"""The field's measures of disentanglement, one a file: how codes, as Q predicts them, and known factors correspond.

Each takes the images to fit to and, where it predicts, others to test on, as `LabeledCodes`; the settings are those of
disentanglement_lib (Locatello et al. 2019, arXiv 1811.12359) unless the file says otherwise.
"""
