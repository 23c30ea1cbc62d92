import type { ServerResponse } from 'node:http';
import { answerUnavailable } from './unavailable.js';

/** The methods that send the head. */
const SENDERS = ['writeHead', 'write', 'end', 'flushHeaders'] as const;
/** The methods that Node refuses once the head is sent; while it is held it counts as sent. */
const SETTERS = ['setHeader', 'removeHeader', 'appendHeader', 'setHeaders'] as const;

type Sender = (typeof SENDERS)[number];
type Call = { readonly name: Sender; readonly args: unknown[] };
type Method = (...args: unknown[]) => unknown;
type Methods = Record<string, Method>;

/** What `res` did before: `raw` is taken before express-session hooks in, so that a 503 goes past it. */
export interface Hold {
  /** Starts to hold: from now on the first call that sends the head waits for `settle`. */
  begin(): void;
}

/**
 * Holds the head of a response until what it says is true: express-session stores the session while the body is
 * on its way, so that a client may use a cookie that the store does not know yet, or gets one that was never
 * stored.
 *
 * @param settle called once, when the head is about to leave; returns nothing when there is nothing to wait for
 * @param failed called with the error when `settle` rejects; the response is then a 503
 */
export function holdHead(
  res: ServerResponse,
  settle: () => Promise<unknown> | undefined,
  failed: (error: unknown) => void,
): Hold {
  const target = methodsOf(res);
  const raw = pick(target, SENDERS);
  return {
    begin() {
      const inner = pick(target, SENDERS);
      const calls: Call[] = [];
      let state: 'open' | 'held' | 'sent' | 'lost' = 'open';
      let unpretend = () => {};

      const release = (status: { code: number; message: string }) => {
        state = 'sent';
        unpretend();
        res.statusCode = status.code;
        res.statusMessage = status.message;
        let full = false;
        for (const { name, args } of calls.splice(0)) {
          const flowing = inner[name]?.apply(res, args);
          if (name === 'write') full = flowing === false;
        }
        // A write that was held answered "full", so that whoever writes waits.
        if (!full && !res.writableEnded) res.emit('drain');
      };
      const lose = (error: unknown) => {
        state = 'lost';
        unpretend();
        calls.length = 0;
        failed(error);
        if (res.headersSent) res.destroy();
        if (res.destroyed) return;
        Object.assign(target, raw);
        answerUnavailable(res);
        for (const name of SENDERS) target[name] = () => (name === 'write' ? true : res);
      };
      const intercept = (name: Sender) =>
        function intercepted(...given: unknown[]): unknown {
          const args = name === 'end' ? withoutCallback(res, given) : given;
          if (state === 'lost') return name === 'write' ? true : res;
          if (state === 'open') {
            const settling = settle();
            if (settling) {
              state = 'held';
              const status = { code: res.statusCode, message: res.statusMessage };
              unpretend = pretendSent(res, target, calls);
              // What the application got wrong (a header that can't be written) shows only now.
              settling.then(() => release(status)).catch(lose);
            } else {
              state = 'sent';
            }
          }
          if (state === 'sent') return inner[name]?.apply(res, args);
          // Compression and its like announce the head again and again while it has not left.
          const again = name === 'writeHead' && calls.some((call) => call.name === 'writeHead');
          if (!again) calls.push({ name, args });
          return name === 'write' ? false : name === 'flushHeaders' ? undefined : res;
        };
      for (const name of SENDERS) target[name] = intercept(name);
    },
  };
}

/** express-session takes no callback in `end`. */
function withoutCallback(res: ServerResponse, args: unknown[]): unknown[] {
  const callback = args.find((arg) => typeof arg === 'function');
  if (typeof callback !== 'function') return args;
  res.once('finish', () => callback());
  return args.filter((arg) => arg !== callback);
}

/** To the application the head is on its way: a second answer, or a late header, fails as it always did. */
function pretendSent(res: ServerResponse, target: Methods, calls: readonly Call[]): () => void {
  const ended = () => calls.some((call) => call.name === 'end');
  Object.defineProperty(res, 'headersSent', { configurable: true, get: () => true });
  Object.defineProperty(res, 'writableEnded', { configurable: true, get: ended });
  const own = SETTERS.filter((name) => Object.hasOwn(res, name)).map((name) => [name, target[name]] as const);
  const hangUp = holdConnection(res, ended);
  for (const name of SETTERS) {
    target[name] = () => {
      throw Object.assign(new Error('Cannot set headers after they are sent to the client'), {
        code: 'ERR_HTTP_HEADERS_SENT',
      });
    };
  }
  return () => {
    Reflect.deleteProperty(res, 'headersSent');
    Reflect.deleteProperty(res, 'writableEnded');
    for (const name of SETTERS) delete target[name];
    for (const [name, method] of own) if (method) target[name] = method;
    hangUp();
  };
}

/**
 * Express ends the connection when something fails after the answer, which has left by then as a rule. One that is
 * held leaves first.
 *
 * @returns to be called when the answer leaves
 */
function holdConnection(res: ServerResponse, ended: () => boolean): () => void {
  const { socket } = res;
  if (!socket || Object.hasOwn(socket, 'destroy')) return () => {};
  let asked = false;
  socket.destroy = (error?: Error) => {
    if (error || !ended()) return hangUp().destroy(error);
    asked = true;
    return socket;
  };
  const hangUp = () => {
    Reflect.deleteProperty(socket, 'destroy');
    return socket;
  };
  return () => {
    hangUp();
    if (asked) res.once('finish', () => socket.destroy());
  };
}

function pick(target: Methods, names: readonly string[]): Methods {
  const found: Methods = {};
  for (const name of names) {
    const method = target[name];
    if (method) found[name] = method;
  }
  return found;
}

/** The response as a table of methods, to be replaced one by one as connect's middlewares do. */
function methodsOf(res: ServerResponse): Methods {
  const table: unknown = res;
  if (isMethods(table)) return table;
  throw new TypeError('the response has no methods');
}

function isMethods(value: unknown): value is Methods {
  return typeof value === 'object' && value !== null;
}
