import { accessSync, constants } from "node:fs";
import path from "node:path";

/** Where Debian keeps servers; it is not on the PATH of ordinary users. */
const SERVER_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Absolute path of a command, on the PATH or among the servers; undefined if it is not installed. */
export function findCommand(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), ...SERVER_FOLDERS];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
