import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { mustRun } from "../processes/run-command";
import type { CachedTool } from "./cached-tool";
import { findJdk, requireJdk } from "./java";
import { type Requirement, requireCommand } from "./missing-part";

/** Each with the oldest Java that it runs on. */
const RELEASES = { "8": { version: "8.19.0", java: 17 }, "9": { version: "9.5.3", java: 21 } } as const;

/** Which Elasticsearch: the latest of this major version that the testbed was tried with. */
export type ElasticsearchMajor = keyof typeof RELEASES;

/** Shared sources; those of a major version are in a folder of its name. */
const SOURCES = path.join(__dirname, "..", "elasticsearch", "java");

export const MAVEN: Requirement = {
  command: "mvn",
  packageName: "maven",
  purpose: "fetching Elasticsearch from Maven Central",
};

/** Maven's own list of what to fetch. */
const project = (version: string) => `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>testbed</groupId>
  <artifactId>elasticsearch</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.elasticsearch</groupId>
      <artifactId>elasticsearch</artifactId>
      <version>${version}</version>
    </dependency>
    <dependency>
      <groupId>org.elasticsearch.plugin</groupId>
      <artifactId>transport-netty4</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;

/** What Elasticsearch reads of each folder in `modules/`. */
function descriptor(version: string, name: string, className: string): string {
  return [
    `name=${name}`,
    `description=${name}`,
    `classname=${className}`,
    `version=${version}`,
    `elasticsearch.version=${version}`,
    "java.version=17",
    "",
  ].join("\n");
}

/** What the launcher is made of, then our module. */
function sourcesOf(major: ElasticsearchMajor): string[][] {
  const own = (name: string) => path.join(SOURCES, major, name);
  return [
    [path.join(SOURCES, "Launcher.java"), own("Bundles.java")],
    [path.join(SOURCES, "RootHandler.java"), own("RootPlugin.java")],
  ];
}

function digestOf(major: ElasticsearchMajor): string {
  const digest = createHash("sha256").update(project(RELEASES[major].version));
  for (const source of sourcesOf(major).flat()) digest.update(readFileSync(source));
  return digest.digest("hex").slice(0, 8);
}

async function build(major: ElasticsearchMajor, into: string): Promise<void> {
  const { version, java } = RELEASES[major];
  const jdk = await requireJdk(java);
  const lib = path.join(into, "lib");
  const work = path.join(into, "work");
  const http = path.join(into, "modules", "transport-netty4");
  const root = path.join(into, "modules", "root");
  const launcher = path.join(into, "launcher");
  for (const folder of [lib, work, http, root, launcher]) mkdirSync(folder, { recursive: true });

  writeFileSync(path.join(work, "pom.xml"), project(version));
  await mustRun([requireCommand(MAVEN), "-B", "-q", "dependency:copy-dependencies", `-DoutputDirectory=${lib}`], {
    directory: work,
  });
  const jars = `${lib}/*`;
  const [launcherSources = [], rootSources = []] = sourcesOf(major);
  const compile = [path.join(jdk, "javac"), "-cp", jars, "-d"];
  await mustRun([...compile, launcher, ...launcherSources]);
  await mustRun([...compile, path.join(work, "root"), ...rootSources]);
  await mustRun([path.join(jdk, "jar"), "cf", path.join(root, "root.jar"), "-C", path.join(work, "root"), "."]);
  writeFileSync(path.join(root, "plugin-descriptor.properties"), descriptor(version, "root", "RootPlugin"));

  // A module brings its own jars; left in lib/ as well they would be loaded twice.
  for (const jar of readdirSync(lib).filter((name) => /^(netty|transport-netty4)-/.test(name)))
    renameSync(path.join(lib, jar), path.join(http, jar));
  writeFileSync(
    path.join(http, "plugin-descriptor.properties"),
    descriptor(version, "transport-netty4", "org.elasticsearch.transport.netty4.Netty4Plugin"),
  );
  rmSync(work, { recursive: true });
}

/** Elasticsearch from its jars: `lib/`, `modules/` (HTTP, and ours that answers `GET /`) and the launcher. */
export function elasticsearchHome(major: ElasticsearchMajor = "8"): CachedTool {
  const { version } = RELEASES[major];
  return {
    title: `Elasticsearch ${version}`,
    folder: `elasticsearch-${version}-${digestOf(major)}`,
    hint: "about 20 s",
    build: (into) => build(major, into),
  };
}

/** The command that runs it. Throws MissingPart. */
export async function javaOf(major: ElasticsearchMajor): Promise<string> {
  return path.join(await requireJdk(RELEASES[major].java), "java");
}

/** Whether this machine has a Java that it runs on. */
export async function runsHere(major: ElasticsearchMajor): Promise<boolean> {
  return (await findJdk(RELEASES[major].java)) !== undefined;
}
