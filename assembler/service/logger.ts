import pino, { type Logger } from "pino";
import type { Notice } from "../assembly";
import type { AssemblerSettings } from "../settings/assembler-settings";

/** A notice that comes every turn is logged once in so long. */
const noticePauseMs = 10_000;

/** JSON lines on standard output; whatever is logged, passwords and keys in it are not. */
export function makeLogger({ log, name }: AssemblerSettings): Logger {
  const secrets = ["password", "api_key", "authorization"];
  return pino({
    level: log.level,
    base: { assembler: name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: secrets.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
      censor: "[secret]",
    },
  });
}

/** Notices as warnings, each kind at most once in ten seconds. */
export function noticesTo(logger: Logger): Notice {
  const lastAt = new Map<string, number>();
  return (message, details) => {
    const now = performance.now();
    if (now - (lastAt.get(message) ?? Number.NEGATIVE_INFINITY) < noticePauseMs) return;
    lastAt.set(message, now);
    logger.warn(details, message);
  };
}
