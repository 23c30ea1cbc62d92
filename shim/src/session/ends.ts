/** Tells who is interested in a session that it has ended: sockets outlive the request that opened them. */
export interface Ends {
  /** Calls back once when the session ends. Returns what stops that. */
  watch(id: string, onEnd: () => void): () => void;
  tell(id: string): void;
}

/** How often sessions that sockets hold are looked up: others may have ended them, or their time is over. */
const INTERVAL = 15_000;

export function endsOf(isOpen: (id: string) => Promise<boolean>, interval: number = INTERVAL): Ends {
  const watched = new Map<string, Set<() => void>>();
  let timer: NodeJS.Timeout | undefined;

  const tell = (id: string) => {
    const interested = watched.get(id);
    watched.delete(id);
    if (watched.size === 0) clearInterval(timer);
    for (const onEnd of interested ?? []) onEnd();
  };
  const look = async () => {
    for (const id of [...watched.keys()]) {
      // A store that does not answer has not said that the session is over.
      if (!(await isOpen(id).catch(() => true))) tell(id);
    }
  };
  return {
    tell,
    watch(id, onEnd) {
      if (watched.size === 0) {
        timer = setInterval(() => void look(), interval);
        timer.unref();
      }
      const interested = watched.get(id) ?? new Set();
      watched.set(id, interested.add(onEnd));
      return () => {
        interested.delete(onEnd);
        if (interested.size === 0 && watched.get(id) === interested) watched.delete(id);
        if (watched.size === 0) clearInterval(timer);
      };
    },
  };
}
