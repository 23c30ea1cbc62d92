import pc from 'picocolors';

interface Asked {
  readonly jwt?: string;
  readonly cookie?: string;
  readonly json?: object;
  readonly expect: number;
  /** Text that the answer must contain. */
  readonly body?: string;
  /** Neither question nor answer is printed. */
  readonly quiet?: boolean;
}

interface Answer {
  readonly body: string;
  /** The cookie that the server has set, as a browser would send it back. */
  readonly cookie: string | undefined;
}

export interface Conversation {
  /**
   * Sends a request like `GET /api/notes` and prints it with its answer.
   *
   * @throws {Error} saying what came instead of what was expected
   */
  request(line: string, asked: Asked): Promise<Answer>;
}

/** Requests to a server, told as they happen. */
export function conversationWith(origin: string): Conversation {
  return {
    request: async (line, asked) => {
      const [method = 'GET', path = '/'] = line.split(' ');
      const headers = headersOf(asked);
      const { json } = asked;
      const response = await fetch(origin + path, {
        method,
        headers: json ? { ...headers, 'Content-Type': 'application/json' } : headers,
        ...(json ? { body: JSON.stringify(json) } : {}),
      });
      const body = await response.text();
      const setCookie = response.headers.getSetCookie().find((one) => !/expires=Thu, 01 Jan 1970/i.test(one));
      if (!asked.quiet) print(line, headers, response, body);
      if (response.status !== asked.expect) {
        throw new Error(`${line} answered ${response.status} instead of ${asked.expect}: ${body}`);
      }
      if (asked.body && !body.includes(asked.body))
        throw new Error(`${line} answered without ${asked.body}: ${body}`);
      return { body, cookie: setCookie?.split(';')[0] };
    },
  };
}

function headersOf({ jwt, cookie }: Asked): Record<string, string> {
  return { ...(jwt ? { Authorization: `Bearer ${jwt}` } : {}), ...(cookie ? { Cookie: cookie } : {}) };
}

function print(line: string, headers: Record<string, string>, response: Response, body: string): void {
  console.log(`${pc.bold(`→ ${line}`)}`);
  for (const [name, value] of Object.entries(headers))
    console.log(`  ${pc.yellow(`${name}: ${short(value)}`)}`);
  const colour = response.ok ? pc.green : pc.red;
  console.log(
    `${colour(`← ${response.status} ${response.statusText}`)}${body ? `  ${pc.dim(short(body, 90))}` : ''}`,
  );
  for (const name of ['Set-Cookie', 'Deprecation', 'Sunset']) {
    const value = response.headers.get(name);
    if (value) console.log(`  ${pc.yellow(`${name}: ${short(value)}`)}`);
  }
}

/** A token, cookie or text with its long parts cut: what matters of them is that they are there. */
export function short(text: string, length = 160): string {
  const parts = text.replace(/[\w%.-]{40,}/g, (long) => `${long.slice(0, 16)}…${long.slice(-4)}`);
  return parts.length > length ? `${parts.slice(0, length)}…` : parts;
}
