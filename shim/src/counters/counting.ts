import type { ShimEvent } from '../events.js';
import type { CutoverStore } from '../stores/store.js';

/** How often each kind of event happened: `exchanged`, `started`, …, and refusals by reason, `refused:expired`. */
export type Counts = Readonly<Record<string, number>>;

/** Counts events in this process, and adds what it has counted to the store a little later. */
export interface Counting {
  count(event: ShimEvent): void;
  /** Since this process began. */
  totals(): Counts;
}

/** What happened on one day, by UTC. */
export interface DayOfCounts {
  readonly day: string;
  readonly counts: Counts;
}

/** A request only adds a number in memory; a process writes at most once in this many milliseconds. */
const FLUSH_AFTER = 1000;
const DAY = 24 * 60 * 60_000;
const KEPT = 400 * DAY;

/** What a process has counted within the last second is lost with it; a store that is away is told later. */
export function countingIn(store: CutoverStore, flushAfter: number = FLUSH_AFTER): Counting {
  const totals = new Map<string, number>();
  let waiting = new Map<string, number>();
  let due = false;

  const wait = (name: string, amount: number) => {
    add(waiting, name, amount);
    if (!due) setTimeout(() => void flush(), flushAfter).unref();
    due = true;
  };
  const flush = async () => {
    const amounts = waiting;
    waiting = new Map();
    try {
      await store.count(keyOf(Date.now()), Object.fromEntries(amounts), KEPT);
    } catch {
      for (const [name, amount] of amounts) add(waiting, name, amount);
    }
    due = false;
    for (const name of waiting.keys()) wait(name, 0);
  };
  return {
    count(event) {
      const name = event.type === 'refused' ? `refused:${event.reason}` : event.type;
      add(totals, name, 1);
      wait(name, 1);
    },
    totals: () => Object.fromEntries(totals),
  };
}

/**
 * What all processes have counted, day by day, oldest first; days without a request are left out. For
 * `jwt-to-session status`: whether tokens are still being exchanged, and why others are refused.
 * @param days how many days back, today included
 */
export async function readCounts(store: CutoverStore, days: number = 30): Promise<DayOfCounts[]> {
  const now = Date.now();
  const times = Array.from({ length: days }, (_, ago) => now - (days - 1 - ago) * DAY);
  const found = await Promise.all(
    times.map(async (time) => ({ day: dayOf(time), counts: await store.counted(keyOf(time)) })),
  );
  return found.filter(({ counts }) => Object.keys(counts).length > 0);
}

function add(counts: Map<string, number>, name: string, amount: number): void {
  counts.set(name, (counts.get(name) ?? 0) + amount);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function keyOf(time: number): string {
  return `counters:${dayOf(time)}`;
}
