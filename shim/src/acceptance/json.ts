/** Deeper values are no claims; they only cost stack. */
const DEEPEST = 32;

/**
 * Whether JSON text says one thing to every reader: no object names a key twice (readers differ in which one
 * they take), and nothing is nested deeper than claims ever are. The text must already parse.
 */
export function isUnambiguous(text: string): boolean {
  const keys: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at];
    if (char === '{' || char === '[') {
      keys.push(char === '{' ? new Set() : undefined);
      if (keys.length > DEEPEST) return false;
    } else if (char === '}' || char === ']') {
      keys.pop();
    } else if (char === '"') {
      const end = endOfString(text, at);
      const inside = keys.at(-1);
      if (inside && isKey(text, end)) {
        const key = String(JSON.parse(text.slice(at, end)));
        if (inside.has(key)) return false;
        inside.add(key);
      }
      at = end;
      continue;
    }
    at += 1;
  }
  return true;
}

/** Whether the string that ended at `end` names a value. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && ' \t\n\r'.includes(text[at] ?? '')) at += 1;
  return text[at] === ':';
}

/** Where the string that starts at `at` has ended. */
function endOfString(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}
