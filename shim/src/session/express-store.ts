import type { Request } from 'express';
import { type Session, type SessionData, Store } from 'express-session';
import { loginOf, type Sessions } from './sessions.js';

type Done = (error?: unknown) => void;

/** What is known of a session object that a request holds. */
interface Held {
  /** Its text when it was loaded, stored or made; without the cookie, as express-session compares. */
  text: string;
  stored: boolean;
  /** Took the place of one that was logged out: kept only when the application puts something into it. */
  guest?: boolean;
}

export type Outcome = 'unchanged' | 'stored' | 'gone';

/**
 * The store that express-session sees. A session that was loaded, or stored once, is only ever updated: when it
 * has ended meanwhile, a request that still holds it does not bring it back.
 */
export class ExpressStore extends Store {
  /** Set by express-session on the store that it is given. */
  declare generate: (req: Request) => void;
  readonly #sessions: Sessions;
  readonly #held = new WeakMap<object, Held>();
  #handed: { readonly id: string; readonly data: SessionData | undefined } | undefined;

  constructor(sessions: Sessions) {
    super();
    this.#sessions = sessions;
  }

  /** Runs express-session with what was read for a request already, so that it does not read again. */
  handing(id: string | undefined, data: SessionData | undefined, run: () => void): void {
    this.#handed = id === undefined ? undefined : { id, data };
    run();
    this.#handed = undefined;
  }

  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): void {
    const handed = this.#handed;
    if (handed?.id === id) {
      this.#handed = undefined;
      done(null, handed.data ?? null);
      return;
    }
    this.#sessions.read(id).then((data) => done(null, data ?? null), done);
  }

  override createSession(req: Request, data: SessionData): Session & SessionData {
    const login = loginOf(data);
    const loaded = super.createSession(req, data);
    // The end is fixed: what express-session sets the cookie's age back to is what is left of it.
    if (login) loaded.cookie.maxAge = Math.max(0, login.exp * 1000 - Date.now());
    this.#held.set(loaded, { text: textOf(loaded), stored: true });
    return loaded;
  }

  /** Follows every session that express-session makes from now on. */
  follow(): void {
    const generate = this.generate.bind(this);
    this.generate = (req) => {
      generate(req);
      this.#held.set(req.session, { text: textOf(req.session), stored: false });
    };
  }

  /** Gives the request an empty session that is nobody's. */
  makeGuest(req: Request): void {
    this.generate(req);
    this.#held.set(req.session, { text: textOf(req.session), stored: false, guest: true });
  }

  isChanged(held: object): boolean {
    return this.#held.get(held)?.text !== textOf(held);
  }

  isStored(held: object): boolean {
    return this.#held.get(held)?.stored === true;
  }

  /** Stores what a request holds, if there is anything new in it. */
  async keep(id: string, held: object): Promise<Outcome> {
    const known = this.#held.get(held);
    const text = textOf(held);
    if ((known?.stored || known?.guest) && known.text === text) return 'unchanged';
    if (known?.stored) {
      if (!(await this.#sessions.update(id, held))) return 'gone';
    } else {
      await this.#sessions.write(id, held);
    }
    this.#held.set(held, { text, stored: true });
    return 'stored';
  }

  override set(id: string, data: SessionData, done: Done = () => {}): void {
    this.keep(id, data).then(() => done(), done);
  }

  override destroy(id: string, done: Done = () => {}): void {
    this.#sessions
      .read(id)
      .then((data) => this.#sessions.end(id, loginOf(data)?.user))
      .then(() => done(), done);
  }

  override touch(id: string, data: SessionData, done: () => void = () => {}): void {
    this.#sessions.touch(id, data).then(done, done);
  }
}

function textOf(held: object): string {
  return JSON.stringify(held, function (this: unknown, key: string, value: unknown) {
    return this === held && key === 'cookie' ? undefined : value;
  });
}
