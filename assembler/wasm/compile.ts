import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const source = join(__dirname, "layout-scan.as.ts");
const compiled = join(__dirname, "layout-scan.wasm.ts");
const pageBytes = 65_536;
/** Of its memory. */
const pages = 150;

/**
 * Compiles `layout-scan.as.ts`; returns what `layout-scan.wasm.ts` is to hold, which is the same for the same source. Throws
 * with the compiler's words if it does not compile, and if its memory is too small for its tables.
 */
export function compileLayoutScan(): string {
  const directory = mkdtempSync(join(tmpdir(), "layout-scan-"));
  try {
    const file = join(directory, "layout-scan.wasm");
    const memory = ["--initialMemory", String(pages), "--maximumMemory", String(pages)];
    const options = ["--runtime", "stub", "--enable", "simd", "--noAssert", "-O3", "--converge", ...memory];
    const compiler = join(__dirname, "../../node_modules/assemblyscript/bin/asc.js");
    execFileSync(process.execPath, [compiler, source, "--outFile", file, ...options], { stdio: "pipe" });
    const bytes = readFileSync(file);
    const { memoryBytes } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    const needed = Math.ceil((memoryBytes as WebAssembly.Global).value / pageBytes);
    if (needed > pages) throw new Error(`layout-scan.as.ts needs ${needed} pages of memory, and has ${pages}`);
    return (
      "/** `layout-scan.as.ts` as WebAssembly, in base64. Made by `npm run wasm`. */\n" +
      `export const layoutScanModule =\n  "${bytes.toString("base64")}";\n`
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (require.main === module) writeFileSync(compiled, compileLayoutScan());
