const WIDEST = 100;

/** Old tokens that the application has taken back are refused as it refused them. */
export function revokedLines(tests: readonly string[]): string[] {
  if (!tests.length) return [];
  const waits = tests.some((one) => /\bawait\b/.test(one)) ? 'async ' : '';
  const asksToken = tests.some((one) => /\btoken\b/.test(one));
  const asksPayload = tests.some((one) => /\bpayload\b/.test(one));
  const parameters = [asksPayload ? 'payload' : '_payload', ...(asksToken ? ['token'] : [])].join(', ');
  const either = tests.map((one) => (tests.length > 1 && one.includes(' && ') ? `(${one})` : one));
  const head = `      isRevoked: ${waits}(${parameters}) =>`;
  const line = `${head} ${either.join(' || ')},`;
  if (line.length <= WIDEST) return [line];
  const parts =
    either.length > 1
      ? either.map((one, index) => (index === 0 ? one : `|| ${one}`))
      : either.flatMap((one) => one.split(/ (?=&& )/));
  return [head, ...parts.map((part, index) => `        ${part}${index === parts.length - 1 ? ',' : ''}`)];
}
