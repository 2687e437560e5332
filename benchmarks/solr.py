"""A real Solr with CKAN's own schema, for comparisons only: nothing of this project needs or ships it.

    python benchmarks/solr.py [FOLDER]        serves until Ctrl-C

Needs Java 17 and Maven, which fetches Solr's jars. Without FOLDER everything lies in a temporary folder
and is removed at the end. Started by root, Solr runs as the unprivileged account of the other servers.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.resources import files
from pathlib import Path

from migration_stack.places import account

VERSION = "9.8.1"
PORT = 18983
ADDRESS = f"http://127.0.0.1:{PORT}/solr/ckan"
ARTIFACTS = ("solr-core", "solr-analysis-extras", "solr-test-framework")
SECONDS_TO_START = 90
MEMORY = "1g"  # what Elasticsearch gets as well, see HEAP in migration_stack.elasticsearch

POM = """<project><modelVersion>4.0.0</modelVersion>
<groupId>benchmarks</groupId><artifactId>solr</artifactId><version>1</version>
<dependencies>{}</dependencies></project>
"""
DEPENDENCY = (
    "<dependency><groupId>org.apache.solr</groupId>"
    "<artifactId>{}</artifactId><version>{}</version></dependency>"
)
RUNNER = """import org.apache.solr.embedded.*;
public class Run {
  public static void main(String[] given) throws Exception {
    int port = Integer.parseInt(given[1]);
    JettyConfig config = JettyConfig.builder().setContext("/solr").setPort(port).build();
    new JettySolrRunner(given[0], config).start();
    Thread.currentThread().join();
  }
}
"""
# The parts of Solr's default configuration that CKAN's schema and queries rest on; caches as shipped.
CONFIGURATION = """<config>
  <luceneMatchVersion>9.11</luceneMatchVersion>
  <schemaFactory class="ClassicIndexSchemaFactory"/>
  <updateHandler class="solr.DirectUpdateHandler2">
    <updateLog/>
    <autoCommit><maxTime>15000</maxTime><openSearcher>false</openSearcher></autoCommit>
  </updateHandler>
  <query>
    <maxBooleanClauses>1024</maxBooleanClauses>
    <filterCache size="512" initialSize="512" autowarmCount="0"/>
    <queryResultCache size="512" initialSize="512" autowarmCount="0"/>
    <documentCache size="512" initialSize="512" autowarmCount="0"/>
    <enableLazyFieldLoading>true</enableLazyFieldLoading>
    <queryResultWindowSize>20</queryResultWindowSize>
    <queryResultMaxDocsCached>200</queryResultMaxDocsCached>
  </query>
  <requestHandler name="/select" class="solr.SearchHandler">
    <lst name="defaults"><str name="df">text</str></lst>
  </requestHandler>
  <queryResponseWriter name="json" class="solr.JSONResponseWriter"/>
</config>
"""


def prepare(folder: Path) -> None:
    """Fetch the jars and lay out a Solr home with CKAN's schema."""
    if not (folder / "lib").is_dir():
        wanted = "".join(DEPENDENCY.format(name, VERSION) for name in ARTIFACTS)
        (folder / "pom.xml").write_text(POM.format(wanted), "utf-8")
        subprocess.run(
            ["mvn", "-q", "dependency:copy-dependencies", "-DoutputDirectory=lib"], cwd=folder, check=True
        )
    (folder / "Run.java").write_text(RUNNER, "utf-8")
    home, core = folder / "home", folder / "home" / "ckan"
    (core / "conf").mkdir(parents=True, exist_ok=True)
    (home / "solr.xml").write_text('<solr><str name="allowPaths">*</str></solr>', "utf-8")
    (core / "core.properties").write_text("name=ckan\n", "utf-8")
    (core / "conf" / "solrconfig.xml").write_text(CONFIGURATION, "utf-8")
    schema = files("ckan") / "config" / "solr" / "schema.xml"
    (core / "conf" / "schema.xml").write_bytes(schema.read_bytes())
    for name in ("synonyms.txt", "protwords.txt", "stopwords.txt"):
        (core / "conf" / name).touch()


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start Solr and wait until it answers."""
    owner = account()
    owner.own(folder)
    java = ["java", f"-Xms{MEMORY}", f"-Xmx{MEMORY}", "--add-opens=java.base/java.nio=ALL-UNNAMED"]
    java += ["-cp", "lib/*", "Run.java", str(folder / "home"), str(PORT)]
    identity = {} if owner.name is None else {"user": owner.uid, "group": owner.gid, "extra_groups": []}
    with (folder / "solr.log").open("wb") as log:
        process = subprocess.Popen(java, cwd=folder, stdout=log, stderr=log, env=_environment(), **identity)
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{ADDRESS}/select?q=id:x", timeout=5):
            return process
        time.sleep(0.5)
    process.terminate()
    raise SystemExit(f"Solr did not start; see {folder / 'solr.log'}")


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TMPDIR": tempfile.gettempdir()}


def main() -> None:
    """Serve until interrupted."""
    given = sys.argv[1] if len(sys.argv) > 1 else None
    folder = Path(given).resolve() if given else Path(tempfile.mkdtemp(prefix="benchmark-solr-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    process = None
    try:
        prepare(folder)
        process = start(folder)
        print(f"Solr {VERSION} answers at {ADDRESS}; Ctrl-C ends it", flush=True)
        process.wait()
    except KeyboardInterrupt:
        pass
    finally:
        if process is not None:
            process.terminate()
            process.wait(30)
        if given is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
