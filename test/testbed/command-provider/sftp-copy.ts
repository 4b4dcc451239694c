import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import type { SFTPWrapper } from "ssh2";
import { Archive, Asset } from "../../../infra/provider-server/property-value";

/**
 * Copies an asset or archive to a path on the host. An existing directory takes a file under its own name; a directory
 * without a slash at its end is copied as a directory, with one its content is; missing parents are made.
 */
export async function copySource(sftp: SFTPWrapper, source: Asset | Archive, to: string): Promise<void> {
  const { path, uri } = source.fields;
  if (uri !== undefined) throw new Error(`this stand-in for the command provider copies no addresses (${uri})`);
  if (path !== undefined) return copyPath(sftp, path, to);
  if (source instanceof Asset) return copyFile(sftp, Buffer.from(source.fields.text ?? ""), "", to);
  const there = await kindOf(sftp, to);
  if (there === "file") throw new Error(`remote path ${to} exists but is not a directory`);
  await makeDirectories(sftp, to);
  await copyMembers(sftp, source, to);
}

async function copyPath(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  if (!(await stat(from)).isDirectory()) return copyFile(sftp, await readFile(from), basename(from), to);
  const target = from.endsWith("/") ? to : posix.join(to, basename(from));
  await copyDirectory(sftp, from, target);
}

async function copyDirectory(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  if ((await kindOf(sftp, to)) === "file") throw new Error(`remote path ${to} exists but is not a directory`);
  await makeDirectories(sftp, to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), posix.join(to, entry.name)];
    if (entry.isDirectory()) await copyDirectory(sftp, source, target);
    else await write(sftp, target, await readFile(source));
  }
}

async function copyMembers(sftp: SFTPWrapper, archive: Archive, to: string): Promise<void> {
  for (const [name, member] of Object.entries(archive.fields.assets ?? {})) {
    const target = posix.join(to, name);
    const { path } = member.fields;
    if (member instanceof Archive && path === undefined) await copyMembers(sftp, member, target);
    else if (path !== undefined && (await stat(path)).isDirectory()) await copyDirectory(sftp, path, target);
    else {
      await makeDirectories(sftp, dirname(target));
      const content = path === undefined ? Buffer.from((member as Asset).fields.text ?? "") : await readFile(path);
      await write(sftp, target, content);
    }
  }
}

async function copyFile(sftp: SFTPWrapper, content: Buffer, name: string, to: string): Promise<void> {
  const there = await kindOf(sftp, to);
  if (there === "directory" && name === "") throw new Error(`failed to create remote file ${to}: it is a directory`);
  if (there === undefined) await makeDirectories(sftp, dirname(to));
  await write(sftp, there === "directory" ? posix.join(to, name) : to, content);
}

async function makeDirectories(sftp: SFTPWrapper, path: string): Promise<void> {
  if (path === "" || path === "." || path === "/" || (await kindOf(sftp, path)) === "directory") return;
  await makeDirectories(sftp, dirname(path));
  await new Promise<void>((resolve, reject) => {
    sftp.mkdir(path, (error) => (error ? reject(failure("create remote directory", path, error)) : resolve()));
  });
}

function kindOf(sftp: SFTPWrapper, path: string): Promise<"file" | "directory" | undefined> {
  const noSuchFile = 2;
  return new Promise((resolve, reject) => {
    sftp.stat(path, (error, stats) => {
      if (error === undefined || error === null) resolve(stats.isDirectory() ? "directory" : "file");
      else if ((error as { code?: number }).code === noSuchFile) resolve(undefined);
      else reject(failure("stat remote path", path, error));
    });
  });
}

function write(sftp: SFTPWrapper, path: string, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // Not a stream: the one of ssh2 closes like a finished one when a write fails.
    sftp.writeFile(path, content, (error) => (error ? reject(failure("create remote file", path, error)) : resolve()));
  });
}

function failure(what: string, path: string, error: Error): Error {
  return new Error(`failed to ${what} ${path}: ${error.message}`);
}
