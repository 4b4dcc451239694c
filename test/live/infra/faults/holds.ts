import assert from "node:assert/strict";
import type { Host } from "../../../testbed/testbed";
import { waitFor } from "../../../testbed/wait-for";

/** Where a host can be made to stop: each is in the middle of a step, or of the upload of a file. */
export type Place = "source" | "install" | "config" | "service" | "upload";

/** Waits at a place for as long as it is held; used by everything below. */
const holdHere = `#!/bin/sh
[ -p "/run/hold/$1" ] || exit 0
: >"/run/hold/$1.reached"
read -r _ <"/run/hold/$1" || true
`;

/** Commands that steps use, each with the place it is at when it gets arguments like these. */
const commands: Record<string, { place: Place; when: string }> = {
  git: { place: "source", when: "*' checkout '*" },
  // The moment at which the new file takes the place of the old one.
  mv: { place: "config", when: "*/deeptrace.toml" },
  systemctl: { place: "service", when: "*'start '*" },
};

const sftpServer = "/usr/lib/openssh/sftp-server";
/** Holds a transfer once so many kilobytes of it have arrived, at most. */
const kilobytesBeforeHold = 300;

/** Puts commands of the host behind ones that can be held; without a hold they do what they always did. */
export async function installHolds(host: Host): Promise<void> {
  const wrappers = Object.entries(commands).map(
    ([name, { place, when }]) => `write /usr/local/bin/${name} <<'END'
#!/bin/sh
case " $* " in ${when}" ") hold-here ${place} ;; esac
exec /usr/bin/${name} "$@"
END`,
  );
  await mustRun(
    host,
    `set -e
write() { rm -f "$1"; cat >"$1"; chmod 755 "$1"; }
write /usr/local/bin/hold-here <<'END'
${holdHere}END
${wrappers.join("\n")}
mv ${sftpServer} ${sftpServer}.real
write ${sftpServer} <<'END'
#!/bin/sh
[ -p /run/hold/upload ] || exec ${sftpServer}.real
{ dd bs=1024 count=${kilobytesBeforeHold} status=none; hold-here upload; cat; } | ${sftpServer}.real
END`,
  );
}

/** From now on whatever comes to this place waits there. */
export async function hold(host: Host, place: Place): Promise<void> {
  await mustRun(host, `mkdir -p /run/hold && rm -f /run/hold/${place}* && mkfifo /run/hold/${place}`);
}

/** Waits until something is held at this place. `hopeless` ends the wait: it can no longer come. */
export async function reached(host: Host, place: Place, hopeless?: Promise<string>): Promise<void> {
  await waitFor(async () => (await host.exec(`test -e /run/hold/${place}.reached`)).code === 0, {
    timeoutMs: 180_000,
    what: `${host.name} to come to its ${place}`,
    ...(hopeless && { hopeless }),
  });
}

/** Lets everything go on that is held at this place, and everything that comes later. */
export async function release(host: Host, place: Place): Promise<void> {
  // Opened for both, a pipe never waits for its other end.
  await mustRun(
    host,
    `mv /run/hold/${place} /run/hold/open && exec 3<>/run/hold/open && echo >&3 && rm /run/hold/open`,
  );
}

/** Waits until so many steps are on a host, at work or waiting for one another. */
export async function stepsOn(host: Host, count: number, hopeless: Promise<string>): Promise<void> {
  await waitFor(async () => Number((await host.exec("pgrep -f -c '^timeout .* deeptrace-[a-z]+@'")).stdout) >= count, {
    timeoutMs: 180_000,
    what: `${count} steps on ${host.name}`,
    hopeless,
  });
}

async function mustRun(host: Host, command: string): Promise<void> {
  const { code, stderr } = await host.exec(command);
  assert.equal(code, 0, `${host.name}: ${stderr}`);
}
