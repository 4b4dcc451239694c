/** Variable that marks every process of a testbed, however far it has moved from its parent; its value is the testbed's id. */
export const MARK = "DEEPTRACE_TESTBED";

/** What a testbed asks of its keeper. Requests are answered one by one, by `id`. */
export type KeeperRequest =
  | {
      /** Starts a process that stays; its output goes to the file `log`. */
      ask: "start";
      id: number;
      argv: string[];
      environment: Record<string, string>;
      directory: string;
      log: string;
    }
  | {
      /** Signals a started process and waits for its end; after `graceMs` milliseconds it and all below it get SIGKILL. */
      ask: "end";
      id: number;
      pid: number;
      signal: NodeJS.Signals;
      graceMs: number;
    }
  | {
      /** Runs a command that makes something outside of any process (a link, a namespace); `undo` runs at the close. */
      ask: "make";
      id: number;
      argv: string[];
      undo: string[];
    }
  | {
      /** Ends everything, newest first. */
      ask: "close";
      id: number;
    };

export interface KeeperAnswer {
  id: number;
  /** Of a started process. */
  pid?: number;
  /** Why it did not work, in one line. */
  error?: string;
}

/** Said without being asked, when a started process ends. */
export interface ExitNotice {
  exited: number;
  code: number | null;
  signal: NodeJS.Signals | null;
}
