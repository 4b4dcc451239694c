import type { Facet } from "../ledger/ledger-contract";
import type { ManagedProgram } from "./managed-program";

const clearBase = `discard "$base_directory"
  rm -f "$lock_file"
  remove_empty_parents`;

const deleteSource = `delete_source() {
  ${clearBase}
}`;

const deleteBundle = `delete_install() {
  ${clearBase}
}`;

const deleteInstall = `delete_install() {
  ! is_ours "$base_directory" || rm -rf "$install_directory" "$manifest_file" "$install_log"
}`;

const deleteConfig = `delete_config() {
  discard "$config_directory"
}`;

const clearUnit = `# Whatever stands in the way of our own unit file: a mask, drop-ins, a link in its place.
clear_unit() {
  for directory in /etc/systemd/system /run/systemd/system; do
    [ ! -L "$directory/$unit" ] || rm -f "$directory/$unit"
    rm -rf "$directory/$unit.d"
  done
}`;

const deleteUnit = `delete_service() {
  if [ -d /run/systemd/system ]; then
    systemctl stop "$unit" 2>/dev/null || true
    ! is_running || fail "systemctl stop $unit failed: it still runs"
    systemctl disable --quiet "$unit" 2>/dev/null || true
  fi
  end_strays
  clear_unit
  ! grep -qxF "$unit_mark" "$unit_file" 2>/dev/null || rm -f "$unit_file"
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
  fi
  discard "$state_directory"
}`;

const deleteProcess = `delete_service() {
  stop_program
  discard "$state_directory"
}`;

/** The shell function `delete_<facet>`, which undoes a facet's step and nothing else. An assembler's installation is all of its base directory. */
export function deletion(facet: Facet, { kind, serviceManager }: ManagedProgram): string {
  switch (facet) {
    case "source":
      return deleteSource;
    case "install":
      return kind === "agent" ? deleteInstall : deleteBundle;
    case "config":
      return deleteConfig;
    case "service":
      return serviceManager === "systemd" ? `${clearUnit}\n\n${deleteUnit}` : deleteProcess;
  }
}
