"""Runs the cases of all files in operations/, a few files at a time, and reports each: usage: run.py REPORT [OPERATION ...]

The report is a JSON object: for each file a list of its cases, with "error" where one failed.
"""
import importlib
import json
import pathlib
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

FILES_AT_ONCE = 4


def run(operation):
    cases = []
    try:
        module = importlib.import_module(f"operations.{operation}")
        functions = [f for f in vars(module).values() if getattr(f, "is_case", False)]
    except Exception:
        return [{"case": "the file is loaded", "seconds": 0, "error": traceback.format_exc()}]
    for function in functions:
        started = time.monotonic()
        result = {"case": function.__name__.replace("_", " ")}
        try:
            function()
        except Exception:
            result["error"] = traceback.format_exc()
        result["seconds"] = round(time.monotonic() - started, 3)
        cases.append(result)
    return cases


folder = pathlib.Path(__file__).parent
report, *chosen = sys.argv[1:]
operations = chosen or sorted(f.stem for f in (folder / "operations").glob("*.py"))
# Loaded before the threads start: Python loads one module at a time anyway.
sys.path.insert(0, str(folder))
importlib.import_module("conformance")
with ThreadPoolExecutor(FILES_AT_ONCE) as threads:
    results = dict(zip(operations, threads.map(run, operations)))
pathlib.Path(report).write_text(json.dumps(results, indent=1))
for operation, cases in results.items():
    for c in cases:
        if "error" in c:
            print(f"{operation}: {c['case']}\n{c['error']}")
