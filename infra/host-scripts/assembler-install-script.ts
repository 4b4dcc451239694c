import { deletion } from "./deletions";
import type { ManagedProgram } from "./managed-program";
import type { StepPart } from "./script-frame";
import { assignments } from "./shell-quote";

const functions = String.raw`check_node() {
  command -v "$node" >/dev/null 2>&1 || fail "$node is missing on this host: install Node.js 20 or later (Debian: apt-get install nodejs), or set node = \"/path/to/node\" in [server]"
  "$node" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null ||
    fail "$node on this host is $("$node" --version 2>&1 | tail -n 1), the assembler needs 20 or later: install it, or set node = \"/path/to/node\" in [server]"
}

apply_install() {
  check_node
  claim "$base_directory"
  if is_intact; then return 0; fi
  settle_record
  altered=
  [ "$(installed_version)" != "$version" ] || altered=$(changed_at "$bundle")
  # Copied first and judged then, so that nobody else can change it in between.
  [ -f "$upload" ] || fail "the uploaded program $upload is not there any more: run pulumi up --refresh"
  cp "$upload" "$bundle.new" 2>/dev/null || { rm -f "$bundle.new"; fail "cannot write $bundle.new: is the disk full?"; }
  if [ "$(digest "$bundle.new")" != "$version" ]; then
    rm -f "$bundle.new"
    fail "the uploaded program $upload is not what was sent: run pulumi up --refresh"
  fi
  chmod 644 "$bundle.new"
  mv "$bundle.new" "$bundle"
  put_text "$manifest_file" "# version $version"
  rm -f "$upload"
  restart_if_started_since "$altered"
}`;

/**
 * Puts the uploaded program into its place, once it is what was sent and there is a Node.js to run it: words `version=SHA-256 upload=PATH`. The
 * upload itself needs no rights.
 */
export function assemblerInstallStep(program: ManagedProgram): StepPart {
  const { layout } = program.owner;
  return {
    facet: "install",
    timeLimitSeconds: 120,
    variables: assignments({ node: program.node }, { base_directory: layout.baseDirectory }),
    functions: [functions, deletion("install", program)],
  };
}
