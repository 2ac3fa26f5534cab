"""Prints the operations that this SDK knows, as the files in operations/ are named."""
from botocore import xform_name
from botocore.session import get_session

print(*(xform_name(o) for o in get_session().get_service_model("kinesis").operation_names))
