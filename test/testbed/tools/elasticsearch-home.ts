import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun } from "../processes/run-command";
import type { CachedTool } from "./cached-tool";
import { requireJdk } from "./java";
import { type Requirement, requireCommand } from "./missing-part";

const VERSION = "8.19.0";
const SOURCES = path.join(__dirname, "..", "elasticsearch", "java");

export const MAVEN: Requirement = {
  command: "mvn",
  packageName: "maven",
  purpose: "fetching Elasticsearch from Maven Central",
};

/** Maven's own list of what to fetch. */
const PROJECT = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>testbed</groupId>
  <artifactId>elasticsearch</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.elasticsearch</groupId>
      <artifactId>elasticsearch</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.elasticsearch.plugin</groupId>
      <artifactId>transport-netty4</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** What Elasticsearch reads of each folder in `modules/`. */
function descriptor(name: string, className: string): string {
  return [
    `name=${name}`,
    `description=${name}`,
    `classname=${className}`,
    `version=${VERSION}`,
    `elasticsearch.version=${VERSION}`,
    "java.version=17",
    "",
  ].join("\n");
}

function digestOfSources(): string {
  const digest = createHash("sha256").update(PROJECT);
  for (const name of readdirSync(SOURCES).sort()) digest.update(readFileSync(path.join(SOURCES, name)));
  return digest.digest("hex").slice(0, 8);
}

async function build(into: string): Promise<void> {
  await requireJdk();
  const lib = path.join(into, "lib");
  const work = path.join(into, "work");
  const http = path.join(into, "modules", "transport-netty4");
  const root = path.join(into, "modules", "root");
  const launcher = path.join(into, "launcher");
  for (const folder of [lib, work, http, root, launcher]) mkdirSync(folder, { recursive: true });

  writeFileSync(path.join(work, "pom.xml"), PROJECT);
  await mustRun([requireCommand(MAVEN), "-B", "-q", "dependency:copy-dependencies", `-DoutputDirectory=${lib}`], {
    directory: work,
  });
  const jars = `${lib}/*`;
  await mustRun(["javac", "-cp", jars, "-d", launcher, path.join(SOURCES, "Launcher.java")]);
  await mustRun(["javac", "-cp", jars, "-d", path.join(work, "root"), path.join(SOURCES, "RootPlugin.java")]);
  await mustRun(["jar", "cf", path.join(root, "root.jar"), "-C", path.join(work, "root"), "."]);
  writeFileSync(path.join(root, "plugin-descriptor.properties"), descriptor("root", "RootPlugin"));

  // A module brings its own jars; left in lib/ as well they would be loaded twice.
  for (const jar of readdirSync(lib).filter((name) => /^(netty|transport-netty4)-/.test(name)))
    renameSync(path.join(lib, jar), path.join(http, jar));
  writeFileSync(
    path.join(http, "plugin-descriptor.properties"),
    descriptor("transport-netty4", "org.elasticsearch.transport.netty4.Netty4Plugin"),
  );
  rmSync(work, { recursive: true });
}

/** Elasticsearch from its jars: `lib/`, `modules/` (HTTP, and ours that answers `GET /`) and the launcher. */
export const elasticsearchHome: CachedTool = {
  title: `Elasticsearch ${VERSION}`,
  folder: `elasticsearch-${VERSION}-${digestOfSources()}`,
  hint: "about 20 s",
  build,
};
