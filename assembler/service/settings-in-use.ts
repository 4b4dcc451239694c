import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { type AssemblerSettings, readAssemblerSettings } from "../settings/assembler-settings";
import { FaultsError } from "../settings/fault";
import { settingsChange } from "../settings/settings-change";

/** What became of a reload: the fields taken, or everything that stands against it; then nothing was taken. */
export type ReloadOutcome =
  | { readonly taken: readonly string[]; readonly faults?: undefined }
  | { readonly taken?: undefined; readonly faults: readonly string[] };

/** The settings as they are now, and where they come from. A reload takes a file as a whole or not at all. */
export class SettingsInUse {
  #current: AssemblerSettings;
  readonly #logger: Logger;
  readonly #apply: ((settings: AssemblerSettings, taken: readonly string[]) => void)[] = [];

  /** `files`: where to look for the settings at a reload; the first that is there counts. */
  constructor(
    initial: AssemblerSettings,
    readonly files: readonly string[],
    logger: Logger,
  ) {
    this.#current = initial;
    this.#logger = logger;
  }

  get current(): AssemblerSettings {
    return this.#current;
  }

  /** Calls `apply` with new settings and the fields that changed; when it throws, the old ones stay. */
  onReload(apply: (settings: AssemblerSettings, taken: readonly string[]) => void): void {
    this.#apply.push(apply);
  }

  /** Reads the file again. Never throws: faults are logged and returned, and the old settings stay. */
  reload(): ReloadOutcome {
    const outcome = this.#tryReload();
    const { taken, faults } = outcome;
    if (faults !== undefined) this.#logger.error({ faults }, "reload refused; the settings stay as they were");
    else if (taken.length > 0) this.#logger.info({ fields: taken }, "settings reloaded");
    else this.#logger.info("settings reloaded: nothing changed");
    return outcome;
  }

  #tryReload(): ReloadOutcome {
    try {
      const { file, text } = this.#read();
      const fresh = readAssemblerSettings(file, text, process.env);
      const { taken, refused } = settingsChange(this.#current, fresh);
      if (refused.length > 0) return { faults: refused };
      for (const apply of this.#apply) apply(fresh, taken);
      this.#current = fresh;
      return { taken };
    } catch (error) {
      if (error instanceof FaultsError) return { faults: error.message.split("\n") };
      return { faults: [error instanceof Error ? error.message : String(error)] };
    }
  }

  #read(): { file: string; text: string } {
    let missing: unknown;
    for (const file of this.files) {
      try {
        return { file, text: readFileSync(file, "utf8") };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        missing = error;
      }
    }
    throw missing;
  }
}
