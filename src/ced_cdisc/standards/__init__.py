"""The published standards as packaged tables: controlled terminology, SDTMIG, SDTM, ADaMIG, units.

Only the standard library is imported here, so that both engines and the fast commands can use it.
"""
