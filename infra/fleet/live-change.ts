/** Whether an agent takes a change of its configuration while it runs; pure. `live-update.ts` does the same on the host. */

/** One place at which two configurations differ. */
export interface SettingChange {
  /** `sender.elastic.bulk_size` */
  readonly key: string;
  /** The agent lays an update over its settings, so it would keep a key that is gone. */
  readonly removed: boolean;
}

/** To an agent the entries of this table are one value; every other table is merged key by key. */
const wholeTable = "ebpf.services";

/** The keys whose values differ, sorted. */
export function settingChanges(before: unknown, after: unknown, key = ""): SettingChange[] {
  if (!isTable(before) || !isTable(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ key, removed: after === undefined }];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changes = names.flatMap((name) =>
    settingChanges(before[name], after[name], key === "" ? name : `${key}.${name}`),
  );
  return key === wholeTable && changes.length > 0 ? [{ key, removed: false }] : changes;
}

/** True if an agent that runs takes all of it without a restart. */
export function isLiveChange(changes: readonly SettingChange[]): boolean {
  return changes.every(({ key, removed }) => !removed && /^(sender|ebpf)\./.test(key));
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
