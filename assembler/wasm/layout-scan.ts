import { layoutScanModule } from "./layout-scan.wasm";

interface Exports {
  readonly memory: WebAssembly.Memory;
  scan(first: number, count: number, from: number, origin: number, until: number, most: number): number;
  know(start: number, after: number): number;
}

const wasm = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(layoutScanModule, "base64"))).exports;
const constant = (name: string) => (wasm[name] as WebAssembly.Global).value as number;

/** What `layout-scan.as.ts` compiles to; see there. */
export const layoutScan = wasm as unknown as Exports;

export type ValueKind = number & { readonly valueKind: unique symbol };
const kind = (name: string) => constant(name) as ValueKind;

/** As what a value is read; what it is not is left to be read from its bytes. */
export const valueKinds = {
  any: kind("any"),
  notAnObject: kind("notAnObject"),
  id: kind("id"),
  text: kind("text"),
  integer: kind("integer"),
  long: kind("long"),
  integerInList: kind("integerInList"),
  begin: kind("begin"),
  end: kind("end"),
  absent: kind("absent"),
} as const;

export const layoutScanSizes = {
  layouts: constant("layouts"),
  longestTemplate: constant("longestTemplate"),
  mostValues: constant("mostValues"),
  layoutHead: constant("layoutHead"),
  valueBytes: constant("valueBytes"),
  layoutBytes: constant("layoutBytes"),
  cells: constant("cells"),
  mostRows: constant("mostRows"),
  chunkBytes: constant("chunkBytes"),
  slots: 1 + constant("idSlots") + constant("textSlots"),
} as const;

export const layoutScanPlaces = {
  results: constant("resultsAt"),
  layouts: constant("layoutsAt"),
  rows: constant("rowsAt"),
  chunk: constant("chunkAt"),
  insertions: constant("insertionsAt"),
} as const;
