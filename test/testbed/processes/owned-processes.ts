import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type ExitNotice, type KeeperAnswer, type KeeperRequest, MARK } from "./keeper-protocol";

/** A process that the testbed started and that stays until it is ended. */
export interface OwnedProcess {
  readonly pid: number;
  readonly log: string;
  /** Resolves with a sentence on how it ended. Never rejects. */
  readonly exited: Promise<string>;
  /** Ends it: SIGTERM and `graceMs` to obey (default 10 s), or SIGKILL for it and all below it at once. */
  end(signal: "SIGTERM" | "SIGKILL", graceMs?: number): Promise<void>;
}

export interface StartOptions {
  /** Names the log file. */
  name: string;
  argv: string[];
  /** The whole environment besides the mark. */
  environment?: Record<string, string>;
  directory?: string;
}

type Ask<Kind extends KeeperRequest["ask"]> = Omit<Extract<KeeperRequest, { ask: Kind }>, "id" | "ask">;

/** The one place that starts what stays. All of it ends with `close`, and also when this process is gone without it. */
export class OwnedProcesses {
  /** Value of the mark in the environment of everything that belongs to the testbed. */
  readonly id = randomBytes(6).toString("hex");
  readonly #directory: string;
  readonly #keeper: ChildProcess;
  readonly #waiting = new Map<number, (answer: KeeperAnswer) => void>();
  readonly #exits = new Map<number, (how: string) => void>();
  #closed: Promise<void> | undefined;
  #lastId = 0;
  #starts = 0;

  /** `directory` must exist; it is removed at the close. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#keeper = fork(path.join(__dirname, "keeper.ts"), [this.id, directory], {
      execArgv: ["--import", pathToFileURL(require.resolve("tsx")).href],
      // A session of its own: a terminal's Ctrl-C must not end the one who cleans up.
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#keeper.on("message", (message: KeeperAnswer | ExitNotice) => this.#hear(message));
    this.#keeper.on("exit", (code) => this.#lose(`the testbed's keeper ended (status ${code})`));
    this.#letGo();
  }

  /** Whether `close` was called, by the owner or on a signal. */
  get isClosing(): boolean {
    return this.#closed !== undefined;
  }

  /** Environment entry that marks a short-lived command as the testbed's, should it outlive this process. */
  get mark(): Record<string, string> {
    return { [MARK]: this.id };
  }

  async start(options: StartOptions): Promise<OwnedProcess> {
    this.#starts += 1;
    const log = path.join(this.#directory, `${options.name}.${this.#starts}.log`);
    const { pid = 0 } = await this.#ask("start", {
      argv: options.argv,
      environment: options.environment ?? { PATH: process.env.PATH ?? "" },
      directory: options.directory ?? this.#directory,
      log,
    });
    const exited = new Promise<string>((resolve) => this.#exits.set(pid, resolve));
    const end = async (signal: "SIGTERM" | "SIGKILL", graceMs = 10_000): Promise<void> => {
      await this.#ask("end", { pid, signal, graceMs });
    };
    return { pid, log, exited, end };
  }

  /** Makes something that outlives processes, such as a network link; `undo` removes it at the close. */
  async make(argv: string[], undo: string[]): Promise<void> {
    await this.#ask("make", { argv, undo });
  }

  /** Ends all, and waits for it. Throws if something is left. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (!this.#keeper.connected) return;
    const gone = new Promise((resolve) => this.#keeper.once("exit", resolve));
    try {
      await this.#ask("close", {});
    } finally {
      this.#keeper.disconnect();
      this.#keeper.ref();
      await gone;
    }
  }

  #ask<Kind extends KeeperRequest["ask"]>(ask: Kind, request: Ask<Kind>): Promise<KeeperAnswer> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        this.#letGo();
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(answer.error));
      });
      this.#keeper.channel?.ref();
      this.#keeper.send({ ask, id, ...request }, (error) => {
        if (error !== null) this.#hear({ id, error: `the testbed is closed (${error.message})` });
      });
    });
  }

  #hear(message: KeeperAnswer | ExitNotice): void {
    if ("exited" in message) {
      const how = message.signal === null ? `ended with status ${message.code}` : `was ended by ${message.signal}`;
      this.#exits.get(message.exited)?.(how);
      this.#exits.delete(message.exited);
      return;
    }
    const heard = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    heard?.(message);
  }

  #lose(why: string): void {
    for (const id of [...this.#waiting.keys()]) this.#hear({ id, error: why });
    for (const tell of this.#exits.values()) tell(why);
    this.#exits.clear();
  }

  /** An idle keeper must not keep a finished test file from ending. */
  #letGo(): void {
    if (this.#waiting.size > 0) return;
    this.#keeper.unref();
    this.#keeper.channel?.unref();
  }
}

/** The last lines of a process' log, for error messages; empty once the log went with its owner's folder. */
export function tailOf(log: string, lines = 12): string {
  try {
    return readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
