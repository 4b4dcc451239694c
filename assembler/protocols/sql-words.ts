const code = (sign: string) => sign.charCodeAt(0);
const [opened, closed, dot, semicolon, single, double, back] = ["(", ")", ".", ";", "'", '"', "`"].map(code);
const [slash, star, dash, hash, backslash] = ["/", "*", "-", "#", "\\"].map(code);
/** What a statement is about stands early. */
const mostWords = 400;

/**
 * The words, quoted names and dots of a statement that stand outside of brackets, up to its end, and a `(` for each
 * bracket, so that what follows it is not taken for what stands before it. Comments, strings and numbers are left out.
 * Looks at each character once.
 */
export function sqlWords(statement: string): string[] {
  const words: string[] = [];
  let depth = 0;
  for (let at = 0; at < statement.length && words.length < mostWords; ) {
    const sign = statement.charCodeAt(at);
    const start = at;
    if (isWordSign(sign)) {
      at = wordEnd(statement, at + 1);
      if (depth === 0 && !isDigit(sign)) words.push(statement.slice(start, at));
      continue;
    }
    if (sign === single || sign === double || sign === back) {
      at = quotedEnd(statement, at, sign);
      if (depth === 0 && sign !== single) words.push(statement.slice(start, at));
      continue;
    }
    const next = statement.charCodeAt(at + 1);
    if (sign === slash && next === star) at = after(statement, "*/", at + 2);
    else if (sign === hash || (sign === dash && next === dash)) at = after(statement, "\n", at);
    else at += 1;
    if (sign === semicolon) break;
    if (sign === closed) depth -= 1;
    if (depth === 0 && (sign === opened || sign === dot)) words.push(sign === dot ? "." : "(");
    if (sign === opened) depth += 1;
  }
  return words;
}

/** Letters, digits, `_` and `$`. */
function isWordSign(sign: number): boolean {
  const lower = sign | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(sign) || sign === 0x5f || sign === 0x24;
}

function isDigit(sign: number): boolean {
  return sign >= 0x30 && sign <= 0x39;
}

function wordEnd(statement: string, start: number): number {
  let at = start;
  while (at < statement.length && isWordSign(statement.charCodeAt(at))) at += 1;
  return at;
}

/** After the closing quote; a quote that is doubled, or has a backslash before it, closes nothing. */
function quotedEnd(statement: string, start: number, quote: number): number {
  for (let at = start + 1; at < statement.length; at += 1) {
    const sign = statement.charCodeAt(at);
    if (sign === backslash && quote !== back) at += 1;
    else if (sign === quote) {
      if (statement.charCodeAt(at + 1) !== quote) return at + 1;
      at += 1;
    }
  }
  return statement.length;
}

function after(statement: string, end: string, from: number): number {
  const found = statement.indexOf(end, from);
  return found === -1 ? statement.length : found + end.length;
}
