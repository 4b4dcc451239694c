import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

/** A demo service as a host runs it. */
export interface DemoService {
  name: "frontend" | "catalog" | "cart" | "backend";
  /** File in the directory that `buildServices` wrote. */
  file: string;
  runtime: "node" | "python3";
  defaultPort: number;
  /** Regular expression that finds the service's processes by their command line. */
  pattern: string;
  /** Environment variable that takes the base URL of each service it calls. */
  calls: Partial<Record<DemoService["name"], string>>;
}

/** The services, each after those that it calls. */
export const demoServices: readonly DemoService[] = [
  {
    name: "backend",
    file: "shop-backend.js",
    runtime: "node",
    defaultPort: 8083,
    pattern: "shop-backend\\.js",
    calls: {},
  },
  {
    name: "catalog",
    file: "shop-catalog.py",
    runtime: "python3",
    defaultPort: 8081,
    pattern: "shop-catalog\\.py",
    calls: { backend: "BACKEND_URL" },
  },
  {
    name: "cart",
    file: "shop-cart.js",
    runtime: "node",
    defaultPort: 8082,
    pattern: "shop-cart\\.js",
    calls: { backend: "BACKEND_URL" },
  },
  {
    name: "frontend",
    file: "shop-frontend.js",
    runtime: "node",
    defaultPort: 8080,
    pattern: "shop-frontend\\.js",
    calls: { catalog: "CATALOG_URL", cart: "CART_URL" },
  },
];

/** Where and with what a service runs on its host. */
export interface ServicePlace {
  /** Directory that holds what `buildServices` wrote. */
  directory: string;
  /** Path of Node on the host. */
  node: string;
  /** Address to listen on. */
  host: string;
  /** Port to listen on; 0 takes a free one, which the service prints. */
  port: number;
  /** Base URL of every service that is called. */
  urls: Partial<Record<DemoService["name"], string>>;
}

/** Writes everything that the services need on a host with node and python3 into `directory`. */
export async function buildServices(directory: string): Promise<void> {
  const sources = join(__dirname, "src");
  await mkdir(directory, { recursive: true });
  await build({
    entryPoints: Object.fromEntries(
      demoServices
        .filter((service) => service.runtime === "node")
        .map((service) => [service.file.replace(/\.js$/, ""), join(sources, `${service.name}.ts`)]),
    ),
    outdir: directory,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "warning",
  });
  await copyFile(join(sources, "catalog.py"), join(directory, "shop-catalog.py"));
}

/** The shell command that runs a service in the foreground; a missing URL of a service that it calls is an error. */
export function serviceCommand(service: DemoService, place: ServicePlace): string {
  const environment = [`HOST=${place.host}`, `PORT=${place.port}`];
  for (const [called, variable] of Object.entries(service.calls)) {
    const url = place.urls[called as DemoService["name"]];
    if (url === undefined) throw new Error(`service "${service.name}" calls "${called}", whose URL is not given`);
    environment.push(`${variable}=${url}`);
  }
  const runtime = service.runtime === "node" ? place.node : "python3";
  return `env ${[...environment, runtime, `${place.directory}/${service.file}`].map(quoted).join(" ")}`;
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
