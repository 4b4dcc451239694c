import { address } from "../../ssh/ssh-login";
import type { FleetAgent } from "../stack/open-fleet";
import { LineProgress } from "./line-progress";
import { type Progress, silentProgress } from "./progress";
import type { Paint, Tone } from "./table";
import { TableProgress } from "./table-progress";

/** Of ANSI terminals. */
const colours: Record<Tone, number> = { busy: 36, well: 32, unwell: 33, unreachable: 31 };
const usualSize = { width: 80, height: 24 };

/** Colours for a terminal, unless the user wants none (https://no-color.org). */
export function paintFor(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Paint {
  const plain = !isTerminal || (environment.NO_COLOR ?? "") !== "" || environment.TERM === "dumb";
  return plain ? (_, text) => text : (tone, text) => `\x1b[${colours[tone]}m${text}\x1b[39m`;
}

/** A table on a terminal, lines elsewhere, nothing for programs. */
export function chooseProgress(agents: readonly FleetAgent[], json: boolean): Progress {
  if (json) return silentProgress;
  const hosts = agents.map(({ name, host }) => ({ agent: name, host: address(host.target) }));
  const out = process.stdout;
  const movable = out.isTTY === true && process.env.TERM !== "dumb";
  if (!movable) return new LineProgress(hosts, (line) => out.write(`${line}\n`));
  const terminal = {
    write: (text: string) => void out.write(text),
    size: () => ({ width: out.columns || usualSize.width, height: out.rows || usualSize.height }),
  };
  return new TableProgress(hosts, terminal, paintFor(true, process.env));
}
