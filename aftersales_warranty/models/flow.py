#: Marks writes that come from this module's own steps: a caller by RPC can send
#: any context key, but never this very object.
FLOW = object()
