"""The Python model host with a fake boto3, the only part of it that Lambda's runtime provides."""

import contextlib
import hashlib
import importlib
import io
import json
import os
import sys
import tempfile
import threading
import time
import types
import unittest
from pathlib import Path

HOST_FOLDER = Path(__file__).resolve().parents[3] / "lambdas" / "model-host-python"
BUCKET = "artifacts"
SECRET = "jane.doe@example.com"

MODEL = """
from pathlib import Path

class InvalidInput(Exception):
    pass

LOADS = []

def load(directory):
    LOADS.append(Path(directory).name)
    text = (Path(directory) / "model.txt").read_text()
    if text == "broken":
        raise ArithmeticError("broken")
    return text

def predict(model, input):
    if input == "refuse":
        raise InvalidInput("jane.doe@example.com")
    if input == "crash":
        raise KeyError("jane.doe@example.com")
    if input == "nan":
        return {"output": float("nan")}
    if input == "bytes":
        return {"output": b"x"}
    if input == "nothing":
        return None
    if input == "sure":
        return {"output": "ham", "confidence": 1.5}
    return {"output": {"label": "ham", "model": model, "input": input}, "confidence": 0.5}
"""


class FakeS3:
    def __init__(self):
        self.objects = {}
        self.opened = []

    def get_object(self, Bucket, Key):
        self.opened.append(Key)
        if Bucket != BUCKET or Key not in self.objects:
            raise LookupError("no such key")
        return {"Body": io.BytesIO(self.objects[Key])}


class HostTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name) / "tmp"
        self.root.mkdir()
        asset = Path(scratch.name) / "asset"
        (asset / "model").mkdir(parents=True)
        (asset / "slipway_host.py").write_text((HOST_FOLDER / "slipway_host.py").read_text())
        (asset / "model" / "__init__.py").write_text(MODEL)
        self.asset = asset
        self.s3 = FakeS3()
        os.environ["SLIPWAY_ARTIFACT_BUCKET"] = BUCKET
        self.provide_runtime()
        self.addCleanup(self.forget_runtime)

    def provide_runtime(self):
        boto3 = types.ModuleType("boto3")
        boto3.client = lambda service: {"s3": self.s3}[service]
        sys.modules["boto3"] = boto3
        sys.path.insert(0, str(self.asset))
        tempfile.tempdir = str(self.root)

    def forget_runtime(self):
        tempfile.tempdir = None
        for name in ("boto3", "slipway_host", "model"):
            sys.modules.pop(name, None)
        sys.path[:] = [entry for entry in sys.path if not entry.startswith(str(self.asset))]

    def start(self):
        importlib.invalidate_caches()
        return importlib.import_module("slipway_host")

    def request(self, version="v-1", data="hello", files=None):
        files = files or {"model.txt": f"weights of {version}", "words/list.txt": "a b"}
        described = []
        for path, text in files.items():
            self.s3.objects[f"models/demo/{version}/{path}"] = text.encode()
            digest = hashlib.sha256(text.encode()).hexdigest()
            described.append({"path": path, "sha256": digest, "bytes": len(text)})
        artifact = {"bucket": BUCKET, "prefix": f"models/demo/{version}/", "files": described}
        return {
            "inferenceId": "inf-1",
            "input": data,
            "version": {"id": version, "artifact": artifact},
            "deadline": time.time() * 1000 + 60_000,
        }

    def answer(self, event, host=None):
        """The reply and what was logged."""
        host = host or self.start()
        log = io.StringIO()
        with contextlib.redirect_stdout(log):
            reply = host.handler(event, None)
        json.dumps(reply)
        return reply, log.getvalue()

    def folders(self):
        return sorted(path.name for path in (self.root / "slipway").iterdir())

    def test_answers_what_predict_returns_of_the_loaded_version(self):
        reply, log = self.answer(self.request(data={"body": "x"}))
        expected = {"label": "ham", "model": "weights of v-1", "input": {"body": "x"}}
        self.assertEqual(reply, {"output": expected, "confidence": 0.5})
        self.assertEqual(log, "")
        self.assertEqual(self.folders(), ["v-1"])

    def test_loads_a_version_once_and_keeps_two(self):
        host = self.start()
        for version in ("v-1", "v-2", "v-1", "v-3", "v-1", "v-2"):
            self.answer(self.request(version), host)
        self.assertEqual(sys.modules["model"].LOADS, ["v-1", "v-2", "v-3", "v-2"])
        self.assertEqual(self.folders(), ["v-1", "v-2"])

    def test_shares_the_load_of_requests_that_come_at_once(self):
        host = self.start()
        event = self.request()
        threads = [threading.Thread(target=host.handler, args=(event, None)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sys.modules["model"].LOADS, ["v-1"])

    def test_does_not_keep_a_failed_load(self):
        host = self.start()
        broken = self.request(files={"model.txt": "broken"})
        failure = {"error": {"kind": "failed", "message": "load of the model failed: ArithmeticError"}}
        self.assertEqual(self.answer(broken, host)[0], failure)
        self.assertEqual(self.answer(broken, host)[0], failure)
        self.assertEqual(sys.modules["model"].LOADS, ["v-1", "v-1"])

    def test_answers_invalid_input_as_the_fault_of_the_caller(self):
        reply, log = self.answer(self.request(data="refuse"))
        self.assertEqual(reply, {"error": {"kind": "invalid-input", "message": "the model refused the input"}})
        self.assertEqual(log, "")

    def test_tells_of_an_error_only_its_name_and_frames(self):
        reply, log = self.answer(self.request(data="crash"))
        self.assertEqual(reply, {"error": {"kind": "failed", "message": "predict of the model failed: KeyError"}})
        self.assertNotIn(SECRET, log)
        entry = json.loads(log)
        self.assertEqual((entry["level"], entry["inferenceId"], entry["version"]), ("ERROR", "inf-1", "v-1"))
        self.assertRegex(entry["frames"][0], r"^predict \(.*__init__\.py:\d+\)$")

    def test_refuses_answers_that_cannot_be_sent(self):
        host = self.start()
        for data, expected in (
            ("nan", "JSON can hold"),
            ("bytes", "JSON can hold"),
            ("nothing", "must return { output"),
            ("sure", "confidence from 0 to 1"),
        ):
            reply, _ = self.answer(self.request(data=data), host)
            self.assertIn(expected, reply["error"]["message"])

    def test_refuses_a_path_that_leaves_the_folder(self):
        host = self.start()
        for path in ("../x", "/x", "a/../../x", "a//b", "", ".", "a\\b"):
            event = self.request()
            event["version"]["artifact"]["files"][0]["path"] = path
            reply, _ = self.answer(event, host)
            self.assertIn("path must be relative", reply["error"]["message"], path)
        self.assertEqual(self.s3.opened, [])

    def test_refuses_another_bucket(self):
        event = self.request()
        event["version"]["artifact"]["bucket"] = "theirs"
        reply, _ = self.answer(event)
        self.assertIn("another bucket than artifacts", reply["error"]["message"])

    def test_refuses_events_that_are_no_requests_and_logs_nothing_of_them(self):
        host = self.start()
        good = self.request()
        wrong_version = {**good, "version": {**good["version"], "id": "../v"}}
        for event in (None, [], {}, {**good, "deadline": "5"}, wrong_version, {**good, "inferenceId": [SECRET]}):
            reply, log = self.answer(event, host)
            self.assertEqual(reply["error"]["kind"], "failed")
            self.assertNotIn(SECRET, log)

    def test_leaves_nothing_of_a_download_that_is_not_what_was_registered(self):
        host = self.start()
        for content, expected in ((b"weights of v-X", "sha-256"), (b"short", "shorter than 14"), (b"x" * 99, "longer than 14")):
            event = self.request()
            self.s3.objects["models/demo/v-1/model.txt"] = content
            reply, _ = self.answer(event, host)
            self.assertIn(expected, reply["error"]["message"])
            self.assertEqual(self.folders(), [])

    def test_names_the_kind_of_error_of_s3(self):
        event = self.request()
        self.s3.objects.clear()
        reply, _ = self.answer(event)
        self.assertEqual(reply["error"]["message"], "the artefact could not be read: LookupError")

    def test_takes_an_intact_folder_and_replaces_a_spoilt_one(self):
        folder = self.root / "slipway" / "v-1"
        (folder / "words").mkdir(parents=True)
        (folder / "model.txt").write_text("weights of v-1")
        (folder / "words" / "list.txt").write_text("a b")
        self.answer(self.request())
        self.assertEqual(self.s3.opened, [])
        self.forget_runtime()
        self.provide_runtime()
        (folder / "model.txt").write_text("weights of v-X")
        reply, _ = self.answer(self.request())
        self.assertEqual(reply["output"]["model"], "weights of v-1")

    def test_removes_downloads_that_were_killed_long_ago(self):
        for name in ("old", "new"):
            (self.root / "slipway" / f".unfinished-v-1-{name}").mkdir(parents=True)
        long_ago = time.time() - 16 * 60
        os.utime(self.root / "slipway" / ".unfinished-v-1-old", (long_ago, long_ago))
        self.answer(self.request())
        self.assertEqual(self.folders(), [".unfinished-v-1-new", "v-1"])

    def test_does_not_ask_the_model_after_the_deadline(self):
        event = self.request()
        event["deadline"] = time.time() * 1000 - 1
        reply, _ = self.answer(event)
        self.assertEqual(reply["error"]["message"], "the deadline passed before the model was asked")

    def test_says_what_the_folder_must_define(self):
        (self.asset / "model" / "__init__.py").write_text("def load(directory): pass\n")
        reply, _ = self.answer(self.request())
        self.assertIn("that defines load(directory) and predict(model, input)", reply["error"]["message"])

    def test_answers_every_request_with_the_failure_of_a_folder_that_cannot_be_imported(self):
        (self.asset / "model" / "__init__.py").write_text("import nothing_of_this_name\n")
        host = self.start()
        for _ in range(2):
            reply, _ = self.answer(self.request(), host)
            self.assertEqual(reply["error"]["message"], "import of the model failed: ModuleNotFoundError")

    def test_does_not_start_without_its_bucket(self):
        os.environ["SLIPWAY_ARTIFACT_BUCKET"] = ""
        with self.assertRaisesRegex(RuntimeError, "SLIPWAY_ARTIFACT_BUCKET is not set"):
            self.start()


if __name__ == "__main__":
    unittest.main()
