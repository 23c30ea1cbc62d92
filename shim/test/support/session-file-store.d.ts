/** Has no types of its own. */
declare module 'session-file-store' {
  import type session from 'express-session';
  export default function sessionFileStore(of: typeof session): new (options: object) => session.Store;
}
