"""Runs the user's Python model as a Lambda function: the handler is `slipway_host.handler`.

The user's folder lies beside this file as `model/` and offers `load(directory)` and `predict(model, input)`.
An event is a backend request and the answer a backend reply, as docs/backends-lambda.md describes them.
"""

import errno
import hashlib
import importlib
import json
import os
import re
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3

BUCKET_VARIABLE = "SLIPWAY_ARTIFACT_BUCKET"
PARALLEL_DOWNLOADS = 4
# The live version and the one before or after it: during a change of versions both are asked for.
KEPT_MODELS = 2
CHUNK_BYTES = 1024 * 1024
# Lambda's limit of a synchronous answer is 6 MB; the rest is room for the envelope.
MAX_REPLY_BYTES = 6 * 1024 * 1024 - 16 * 1024
# The longest a Lambda invocation lives: an older unfinished download has no owner.
ABANDONED_AFTER_SECONDS = 15 * 60
UNFINISHED = ".unfinished-"
MAX_FRAMES = 12

# Becomes a folder name: no separators, no leading dot.
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\Z")
SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class HostFault(Exception):
    """Something that the host itself found wrong. Its message holds nothing of an input and may be answered and logged."""


class UserCodeError(Exception):
    """An error of the user's code (the cause), and by which part of it."""

    def __init__(self, step, cause):
        super().__init__(step)
        self.step = step
        self.cause = cause


def is_plain_path(path):
    """Relative, forward slashes only, and no segment that leads anywhere else."""
    if not isinstance(path, str) or "\\" in path or "\0" in path:
        return False
    return all(segment not in ("", ".", "..") for segment in path.split("/"))


def is_count(value):
    # A bool is an int in Python.
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def require(condition, message):
    if not condition:
        raise HostFault(message)


def check_request(event, bucket):
    """Refuses an event that is no backend request, or whose artefact could reach outside of its own folder or bucket."""
    require(isinstance(event, dict), "the event must be an object")
    require(isinstance(event.get("inferenceId"), str), "inferenceId must be a string")
    deadline = event.get("deadline")
    require(
        isinstance(deadline, (int, float)) and not isinstance(deadline, bool),
        "deadline must be a number of milliseconds",
    )
    version = event.get("version")
    require(isinstance(version, dict), "version must be an object")
    identity = version.get("id")
    require(
        isinstance(identity, str) and VERSION.match(identity),
        "version.id must be 1 to 128 letters, digits, dots, hyphens and underscores",
    )
    check_artifact(version.get("artifact"), bucket)


def check_artifact(artifact, bucket):
    require(isinstance(artifact, dict), "version.artifact must be an object")
    require(
        artifact.get("bucket") == bucket,
        f"the artefact lies in another bucket than {bucket}, the only one that this function reads",
    )
    prefix = artifact.get("prefix")
    require(
        isinstance(prefix, str) and prefix.endswith("/") and is_plain_path(prefix[:-1]),
        "artifact.prefix must be a relative path that ends with a slash",
    )
    files = artifact.get("files")
    require(isinstance(files, list) and files, "artifact.files must name at least one file")
    for index, file in enumerate(files):
        at = f"artifact.files[{index}]"
        require(isinstance(file, dict), f"{at} must be an object")
        require(
            is_plain_path(file.get("path")),
            f'{at}.path must be relative, with forward slashes and without "." and ".."',
        )
        digest = file.get("sha256")
        require(isinstance(digest, str) and SHA256.match(digest), f"{at}.sha256 must be 64 hex digits")
        require(is_count(file.get("bytes")), f"{at}.bytes must be a whole number from 0")
    paths = {file["path"] for file in files}
    require(len(paths) == len(files), "artifact.files names a path twice")


class ArtifactFolders:
    """Artefacts on disk, one folder a version. A folder under its version's name is always complete: files arrive in an
    unfinished folder that is renamed when all were verified, so a killed download leaves no half model behind."""

    def __init__(self, root, s3):
        self.root = Path(root)
        self.s3 = s3
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in self.root.glob(f"{UNFINISHED}*"):
            if age_of(folder) > ABANDONED_AFTER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    def provide(self, version, artifact):
        """Path of the folder with the verified files of a version."""
        folder = self.root / version
        if folder.exists():
            if is_complete(folder, artifact["files"]):
                return str(folder)
            # Only what was seen to be spoilt: a folder that has appeared since is another process's.
            self.discard(version)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{version}-", dir=self.root))
        try:
            self._download(artifact, unfinished)
            os.rename(unfinished, folder)
        except Exception as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            # Another process of this machine may have been first.
            if is_complete(folder, artifact["files"]):
                return str(folder)
            if isinstance(error, HostFault):
                raise
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                total = sum(file["bytes"] for file in artifact["files"])
                raise HostFault(
                    f"the artefact of {total} bytes does not fit on the disk; give the function more ephemeral storage"
                ) from error
            raise HostFault(f"the artefact could not be read: {name_of(error)}") from error
        return str(folder)

    def discard(self, version):
        """Removes a version's folder. Renamed first, so that it is never seen half removed."""
        removed = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}removed-", dir=self.root))
        try:
            os.rename(self.root / version, removed / version)
        except FileNotFoundError:
            pass
        finally:
            shutil.rmtree(removed, ignore_errors=True)

    def _download(self, artifact, folder):
        # The pool is left only when every worker has ended: one that still writes would bring the folder back.
        with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
            futures = [pool.submit(self._fetch, artifact, file, folder) for file in artifact["files"]]
        for future in futures:
            future.result()

    def _fetch(self, artifact, file, folder):
        target = folder / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        body = self.s3.get_object(Bucket=artifact["bucket"], Key=artifact["prefix"] + file["path"])["Body"]
        digest = hashlib.sha256()
        count = 0
        with open(target, "xb") as out:
            while count <= file["bytes"]:
                chunk = body.read(CHUNK_BYTES)
                if not chunk:
                    break
                count += len(chunk)
                digest.update(chunk)
                out.write(chunk)
        if count != file["bytes"]:
            relation = "longer" if count > file["bytes"] else "shorter"
            raise HostFault(f"artefact file {file['path']} is {relation} than {file['bytes']} bytes")
        if digest.hexdigest() != file["sha256"]:
            raise HostFault(f"artefact file {file['path']} does not have its sha-256")


def age_of(path):
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def is_complete(folder, files):
    """Whether a folder holds exactly these files with these contents."""
    if sum(1 for entry in folder.rglob("*") if not entry.is_dir()) != len(files):
        return False
    return all(is_intact(folder / file["path"], file) for file in files)


def is_intact(path, file):
    if not path.is_file() or path.stat().st_size != file["bytes"]:
        return False
    digest = hashlib.sha256()
    with open(path, "rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest() == file["sha256"]


class ModelHost:
    """Answers requests with the user's model. Never raises: a failure is an answer too."""

    def __init__(self, bucket, folders):
        self.bucket = bucket
        self.folders = folders
        self.models = OrderedDict()
        # Requests that come while a version loads wait for that load.
        self.loading = threading.Lock()

    def answer(self, event):
        request = {}
        try:
            check_request(event, self.bucket)
            request = event
            model = self._model(event["version"])
            # The caller has gone: an answer would only cost.
            require(time.time() * 1000 <= event["deadline"], "the deadline passed before the model was asked")
            return check_answer(user_code("predict", user_module().predict, model, event.get("input")))
        except UserCodeError as error:
            if error.step == "predict" and name_of(error.cause) == "InvalidInput":
                return {"error": {"kind": "invalid-input", "message": "the model refused the input"}}
            return failed(f"{error.step} of the model failed: {name_of(error.cause)}", error.cause, request)
        except HostFault as error:
            return failed(str(error), error, request)
        except Exception as error:  # The answer says so; a raised error would be logged with its message.
            return failed(f"the model host failed: {name_of(error)}", error, request)

    def _model(self, version):
        with self.loading:
            if version["id"] not in self.models:
                directory = self.folders.provide(version["id"], version["artifact"])
                self.models[version["id"]] = user_code("load", user_module().load, directory)
            self.models.move_to_end(version["id"])
            while len(self.models) > KEPT_MODELS:
                oldest, _ = self.models.popitem(last=False)
                self.folders.discard(oldest)
            return self.models[version["id"]]


def user_module():
    """The user's folder as the package `model`. What was installed into the folder (`pip install -t`) is found as well."""
    folder = str(Path(__file__).parent / "model")
    if folder not in sys.path:
        sys.path.append(folder)
    module = user_code("import", importlib.import_module, "model")
    for function in ("load", "predict"):
        require(
            callable(getattr(module, function, None)),
            "the model folder must have an __init__.py that defines load(directory) and predict(model, input)",
        )
    return module


def user_code(step, function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        raise UserCodeError(step, error) from error


def check_answer(value):
    """What `predict` returned, if it is an answer that can be sent."""
    require(isinstance(value, dict) and "output" in value, "predict must return { output, confidence? }")
    answer = {"output": value["output"]}
    confidence = value.get("confidence")
    if confidence is not None:
        require(
            isinstance(confidence, (int, float)) and not isinstance(confidence, bool) and 0 <= confidence <= 1,
            "predict must return a confidence from 0 to 1, or none",
        )
        answer["confidence"] = confidence
    try:
        size = len(json.dumps(answer, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise HostFault("predict must return an output that JSON can hold") from error
    require(size <= MAX_REPLY_BYTES, f"predict returned {size} bytes; an answer may have {MAX_REPLY_BYTES}")
    return answer


def name_of(error):
    return type(error).__name__


def frames_of(error):
    """Function and place of each frame, innermost first: neither the message nor source lines, which could quote an input."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in frames][:MAX_FRAMES]


def failed(message, error, request):
    """Logs and answers a failure. `request` is empty until it was checked: before, nothing of it may be logged."""
    entry = {
        "level": "ERROR",
        "message": message,
        "inferenceId": request.get("inferenceId"),
        "version": request.get("version", {}).get("id"),
        "frames": frames_of(error),
    }
    print(json.dumps(entry), flush=True)
    return {"error": {"kind": "failed", "message": message}}


def create_host():
    bucket = os.environ.get(BUCKET_VARIABLE)
    if not bucket:
        raise RuntimeError(
            f"environment variable {BUCKET_VARIABLE} is not set: connect the function to a model registry"
        )
    return ModelHost(bucket, ArtifactFolders(Path(tempfile.gettempdir()) / "slipway", boto3.client("s3")))


HOST = create_host()

# Imported during the init phase, which has a full processor. A failure is told by the first request.
try:
    user_module()
except (HostFault, UserCodeError):
    pass


def handler(event, _context):
    return HOST.answer(event)
