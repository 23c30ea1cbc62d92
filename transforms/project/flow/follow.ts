import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import type { Sources } from '../sources.js';
import { throughBranch } from './branches.js';
import { throughCall } from './calls.js';
import { throughMember } from './members.js';
import { throughName } from './names.js';
import { throughStore } from './stores.js';
import { throughTemplate } from './templates.js';

/** A value on its way: the expression that yields it, and where in it the token is. */
export interface Value {
  readonly path: NodePath;
  /** Property names from the value down to the token; empty when the value is the token. */
  readonly trail: readonly string[];
  /** The token has been cut out of, or put into, a longer string: `Bearer …`. */
  readonly part: 'token' | 'scheme';
}

/** What finally becomes of a token at one place. */
export interface Use {
  readonly kind:
    | 'argument' // handed to a call that is not followed
    | 'test' // only its presence or shape is asked for
    | 'compare' // compared with another value
    | 'text' // put into a longer string
    | 'stored' // assigned to a property that is not followed
    | 'returned' // returned to callers that are not known
    | 'rendered' // handed to a component or shown
    | 'other';
  /** The expression whose value is used. */
  readonly path: NodePath;
  readonly trail: readonly string[];
  readonly part: 'token' | 'scheme';
}

/** What one piece of syntax does with a value: passes it on, uses it, or neither. */
export interface Passage {
  readonly values?: readonly Value[];
  readonly uses?: readonly Use[];
}

/** One kind of syntax: answers for the values that it takes in, undefined for all others. */
export type Through = (sources: Sources, value: Value) => Passage | undefined;

/** Every kind of syntax that carries a token. A new one is a new file here. */
const SYNTAX: readonly Through[] = [
  throughStore,
  throughTemplate,
  throughBranch,
  throughName,
  throughMember,
  throughCall,
];

const MOST_VALUES = 2_000;

/**
 * Follows a value forward through the application: names, properties, calls, returns, other files.
 *
 * @param ends tells the places that it is not followed into
 * @returns what becomes of it, in the order found
 */
export function usesOf(
  sources: Sources,
  path: NodePath,
  trail: readonly string[] = [],
  ends: (path: NodePath) => boolean = () => false,
): Use[] {
  const uses: Use[] = [];
  const seen = new Map<t.Node, Set<string>>();
  const waiting: Value[] = [{ path, trail, part: 'token' }];
  for (let count = 0; waiting.length && count < MOST_VALUES; count++) {
    const value = waiting.shift();
    // What a test does with a token is not what the application does with it.
    if (!value || !isNew(seen, value) || sources.fileOf(value.path).test || ends(value.path)) continue;
    for (const through of SYNTAX) {
      const passage = through(sources, value);
      if (!passage) continue;
      waiting.push(...(passage.values ?? []));
      uses.push(...(passage.uses ?? []));
      break;
    }
  }
  return uses;
}

function isNew(seen: Map<t.Node, Set<string>>, value: Value): boolean {
  const key = `${value.part}:${value.trail.join('.')}`;
  const known = seen.get(value.path.node) ?? new Set<string>();
  seen.set(value.path.node, known);
  if (known.has(key)) return false;
  known.add(key);
  return true;
}
