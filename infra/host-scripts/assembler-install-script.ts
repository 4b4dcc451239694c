import { deletion } from "./deletions";
import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { stepScript } from "./script-frame";
import { assignments } from "./shell-quote";

/** The assembler's program, uploaded beforehand to a place that needs no rights. */
export interface AssemblerInstallSpec {
  readonly program: ManagedProgram;
  /** SHA-256 of the program file. */
  readonly version: string;
  readonly uploadPath: string;
}

export const assemblerInstallTimeLimitSeconds = 120;

const functions = String.raw`check_node() {
  command -v "$node" >/dev/null 2>&1 || fail "$node is missing on this host: install Node.js 20 or later (Debian: apt-get install nodejs), or set node = \"/path/to/node\" in [server]"
  "$node" -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null ||
    fail "$node on this host is $("$node" --version 2>&1 | tail -n 1), the assembler needs 20 or later: install it, or set node = \"/path/to/node\" in [server]"
}

apply() {
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
  printf '# version %s\n' "$version" | put "$manifest_file" || exit 1
  rm -f "$upload"
  restart_if_started_since "$altered"
}`;

/** The step that puts the uploaded program into its place, once it is what was sent and there is a Node.js to run it. */
export function assemblerInstallScript({ program, version, uploadPath }: AssemblerInstallSpec): string {
  const { layout } = program.owner;
  return stepScript({
    owner: program.owner,
    name: "install",
    timeLimitSeconds: assemblerInstallTimeLimitSeconds,
    variables: `${assignments(
      { node: program.node, version, upload: uploadPath },
      { base_directory: layout.baseDirectory },
    )}\n${programVariables(program)}`,
    functions: [...programControl(program), functions, deletion("install", program)],
  });
}
