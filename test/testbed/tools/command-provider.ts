import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runCommand } from "../processes/run-command";
import type { CachedTool } from "./cached-tool";

const VERSION = "1.2.1";
const STAND_IN = path.join(__dirname, "..", "command-provider");
const ABSENT = "not-available";

/**
 * The official command provider, or a note that it cannot be had from here: asked once, because the question takes long
 * where the network does not answer.
 */
export function officialCommandProvider(pulumi: string): CachedTool {
  return {
    title: `Pulumi command provider ${VERSION}`,
    folder: `pulumi-resource-command-${VERSION}`,
    hint: "at most 20 s",
    async build(into) {
      const home = path.join(into, "home");
      mkdirSync(home);
      const result = await runCommand([pulumi, "plugin", "install", "resource", "command", VERSION], {
        environment: { PATH: process.env.PATH, HOME: home, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeoutMs: 20_000,
      });
      const plugin = path.join(home, "plugins", `resource-command-v${VERSION}`);
      if (result.code === 0 && existsSync(plugin)) cpSync(plugin, into, { recursive: true });
      else writeFileSync(path.join(into, ABSENT), result.stderr);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface CommandProvider {
  /** Folder that holds `pulumi-resource-command`, for the PATH. */
  folder: string;
  official: boolean;
}

/** The official provider if it could be had, else the stand-in of this project. `home` is the folder of the tool above. */
export function commandProviderIn(home: string): CommandProvider {
  const official = !existsSync(path.join(home, ABSENT));
  return { folder: official ? home : STAND_IN, official };
}
