import { createHash } from "node:crypto";
import { assemblerInstallStep } from "./assembler-install-script";
import { configStep } from "./config-script";
import { installStep } from "./install-script";
import type { ManagedProgram } from "./managed-program";
import { programControl, programVariables } from "./program-control";
import { type StepPart, scriptHead } from "./script-frame";
import { serviceStep } from "./service-script";
import { printingFunction } from "./shell-quote";
import { sourceStep } from "./source-script";

/** The steps of a program, in the order in which a rollout runs them. */
export function stepsOf(program: ManagedProgram): readonly StepPart[] {
  const first =
    program.kind === "agent" ? [sourceStep(program), installStep(program)] : [assemblerInstallStep(program)];
  return [...first, configStep(program), serviceStep(program)];
}

/** Last line of what a step takes on stdin, so that half of it is never taken for the whole. */
const inputEnd = "#deeptrace-end";

/** What a step takes on stdin, as it has to be sent. Throws if the text has a NUL character, which no shell can hold. */
export function stepInput(text: string): string {
  if (text.includes("\0")) throw new Error("a text with a NUL character cannot be handed to a shell");
  return `${text.replace(/\n$/, "")}\n${inputEnd}\n`;
}

const receiving = `# $(…) takes line ends off, so what comes has a last line that is no part of it.
receive() {
  input=$(cat)
  case $input in
    *"
${inputEnd}") input=\${input%?${inputEnd}} ;;
    *) fail "$facet: the connection broke before all of it had arrived" ;;
  esac
}

received() {
  printf '%s\\n' "$input"
}`;

const taking = `# Values come as words of the command, name=value.
take() {
  for word in "$@"; do
    case $word in
      commit=*) commit=\${word#*=} ;;
      version=*) version=\${word#*=} ;;
      upload=*) upload=\${word#*=} ;;
      public_digest=*) public_digest=\${word#*=} ;;
    esac
  done
}`;

/**
 * All steps of a program in one script, with nothing in it but where things are: called with `LABEL FACET apply EPOCH NAME=VALUE…`, or with
 * `LABEL FACET delete`. Holds no secret: what is secret comes on stdin, or as `input` for a script that comes on stdin itself.
 */
export function stepsScript(program: ManagedProgram, input?: string): string {
  const steps = stepsOf(program);
  const withInput = steps.filter(({ takesInput }) => takesInput).map(({ facet }) => `'${facet} apply'`);
  const receives = input === undefined ? receiving : printingFunction("received", input);
  const head = scriptHead(
    program.owner,
    [programVariables(program), ...steps.map(({ variables }) => variables)],
    [...programControl(program), receives, taking, ...steps.flatMap(({ functions }) => functions)],
  );
  return `${head}

begin() {
  facet=$2
  case $facet in
${steps.map(({ facet, timeLimitSeconds }) => `    ${facet}) limit=${timeLimitSeconds} ;;`).join("\n")}
    *) fail "unknown step $facet" ;;
  esac
  trap 'fail "$facet: not done within $limit s, so it was ended"' TERM
  # Whoever sends something fails if it is not taken.
  case "$facet $3" in
    ${withInput.join(" | ")}) ${input === undefined ? "receive" : ":"} ;;
    *) ${input === undefined ? "cat >/dev/null" : ":"} ;;
  esac
}

main() {
  action=$3
  hold_lock
  case $action in
    apply) take "$@"; "apply_$facet" ;;
    delete) "delete_$facet" ;;
    *) fail "$facet: unknown action $action" ;;
  esac
}

begin "$@"
main "$@" </dev/null
`;
}

/** The same as a file of the host, readable by its owner alone. */
export interface StepsFile {
  /** May begin with `$HOME/`. */
  readonly path: string;
  readonly text: string;
  /** Of the text, 64 hex digits. */
  readonly sha256: string;
}

export function stepsFile(program: ManagedProgram): StepsFile {
  const text = stepsScript(program);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { path: program.owner.layout.stepsFile, text, sha256 };
}
