const HIDDEN = new Set(['level', 'time', 'pid', 'name', 'msg', 'err']);

/** One JSON line of pino as a line for a person: time, level, name, message, other fields, then the stack of an error. */
export function readableLine(json: string): string {
  const entry = parse(json);
  if (entry === null) return json;
  const rest = Object.entries(entry)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = [text(entry['time']).slice(11, 23), text(entry['level']).toUpperCase().padEnd(5), `[${text(entry['name'])}]`, text(entry['msg']), ...rest];
  return `${head.filter((part) => part !== '').join(' ')}\n${stackOf(entry['err'])}`;
}

function parse(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return '';
  return `${text(error.stack).split('\n').map((line) => `    ${line}`).join('\n')}\n`;
}
