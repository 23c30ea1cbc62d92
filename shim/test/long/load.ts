import { type Client, client } from '../support/server.js';
import { tokenOf } from '../support/shop.js';

/** What came of a load, by kind of answer. */
export interface Outcome {
  requests: number;
  ok: number;
  unavailable: number;
  /** The connection broke: the process was gone. */
  broken: number;
  /** 5xx other than 503, or a status that the request can't have. */
  odd: number;
  /** A session that was acknowledged is not there any more. */
  lost: number;
  /** Served as somebody else. */
  wrong: number;
  /** A session that was acknowledged as ended is served again. */
  revived: number;
  slowest: number;
}

type Kind = 'ok' | 'unavailable' | 'broken' | 'odd' | 'absent';

/**
 * A constant load of logins, session requests, exchanges and logouts; every answer is checked. With several
 * servers each user goes from one to the next.
 */
export function load(bases: readonly string[], users: number): { stop(): Promise<Outcome> } {
  const outcome: Outcome = {
    requests: 0,
    ok: 0,
    unavailable: 0,
    broken: 0,
    odd: 0,
    lost: 0,
    wrong: 0,
    revived: 0,
    slowest: 0,
  };
  let going = true;

  let turn = 0;
  const ask = async (
    cookies: Map<string, string>,
    path: string,
    asked: Parameters<Client['ask']>[1],
    id: string,
  ): Promise<Kind> => {
    const begun = Date.now();
    turn += 1;
    const browser = client(bases[turn % bases.length] ?? '', cookies);
    outcome.requests += 1;
    try {
      const { status, json } = await browser.ask(path, asked);
      if (status === 200 && path === '/me' && json.id !== id) outcome.wrong += 1;
      if (status === 200) outcome.ok += 1;
      if (status === 200) return 'ok';
      if (status === 503) outcome.unavailable += 1;
      if (status === 503) return 'unavailable';
      if (status === 401) return 'absent';
      outcome.odd += 1;
      return 'odd';
    } catch {
      outcome.broken += 1;
      return 'broken';
    } finally {
      outcome.slowest = Math.max(outcome.slowest, Date.now() - begun);
    }
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  const user = async (number: number) => {
    for (let round = 0; going; round += 1) {
      const id = `user-${number}-${round}`;
      const cookies = new Map<string, string>();
      const token = tokenOf(id);
      let begun: Kind = 'broken';
      // An exchange that broke off is tried again with the same token, and must end in its session.
      while (going && (begun === 'broken' || begun === 'unavailable')) {
        begun =
          round % 2 === 0
            ? await ask(cookies, '/login', { method: 'POST', json: { id } }, id)
            : await ask(cookies, '/me', { token }, id);
        if (begun !== 'ok') await pause(20);
      }
      if (begun === 'absent') outcome.lost += 1;
      if (begun !== 'ok') continue;
      for (let count = 0; count < 20 && going; count += 1) {
        if ((await ask(cookies, '/me', {}, id)) === 'absent') {
          outcome.lost += 1;
          break;
        }
        await pause(10);
      }
      const kept = new Map(cookies);
      if ((await ask(cookies, '/logout', { method: 'POST' }, id)) !== 'ok') continue;
      const kind = await ask(kept, '/me', {}, id);
      if (kind === 'ok') outcome.revived += 1;
    }
  };
  const all = Promise.all(Array.from({ length: users }, (_, number) => user(number)));
  return {
    async stop() {
      going = false;
      await all;
      return outcome;
    },
  };
}
