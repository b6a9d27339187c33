"""Templates of CIB XML; mapped into the package as `hakit.cib_templates`.

`TAG.xml.j2` is the shape of every element of that tag. A folder given with `hakit render-cib --templates` may hold
templates of the same names to use instead, and `ID.xml.j2` for one element alone.
"""
