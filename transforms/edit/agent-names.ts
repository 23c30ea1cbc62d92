import type { Binding, NodePath } from '@babel/traverse';
import { chainOf } from '../project/browser/answers.js';
import type { Project } from '../project/project.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { LoggedInAgent } from '../project/tests/agents.js';
import { type TestToken, testTokens } from '../project/tests/tokens.js';
import { isTaken } from './names.js';

/** What the agents of all tests are called, and the variables and parameters that they are in. */
export interface AgentNames {
  of(agent: LoggedInAgent): string;
  /** The new name of a variable or parameter that held the token. */
  for(binding: Binding): string;
}

interface Given {
  readonly file: SourceFile;
  readonly scope: NodePath;
  readonly name: string;
}

const namesOfSources = new WeakMap<Sources, AgentNames>();

/** The names of all agents; remembered with the sources. */
export function agentNames({ sources, sites }: Project): AgentNames {
  const known = namesOfSources.get(sources);
  if (known) return known;
  const names = namesOf(sources, testTokens(sources, sites).replaced);
  namesOfSources.set(sources, names);
  return names;
}

/** Names every agent so that none hides another, and none takes a name that is there already. */
function namesOf(sources: Sources, tokens: readonly TestToken[]): AgentNames {
  const given: Given[] = [];
  const ofBindings = new Map<Binding, string>();
  const ofAgents = new Map<LoggedInAgent, string>();
  const name = (file: SourceFile, scope: NodePath, wanted: string): string => {
    for (let count = 1; ; count++) {
      const one = count === 1 ? wanted : count === 2 ? other(wanted) : `${wanted}${count}`;
      const taken = given.some(
        (other) => other.file === file && other.name === one && meet(other.scope, scope),
      );
      if (taken || isTaken(file, one)) continue;
      given.push({ file, scope, name: one });
      return one;
    }
  };
  // Who is known in more places is named first.
  const wide = <T>(list: readonly T[], scopeOf: (one: T) => NodePath) =>
    list.toSorted((a, b) => widthOf(scopeOf(b)) - widthOf(scopeOf(a)));
  const bindings = new Set(tokens.flatMap((token) => token.names.filter((one) => !token.shown.has(one))));
  for (const binding of wide([...bindings], ({ scope }) => scope.path)) {
    const wanted = agentNameFor(binding.identifier.name);
    ofBindings.set(binding, name(sources.fileOf(binding.path), binding.scope.path, wanted));
  }
  const agents = tokens.flatMap((token) => token.agents);
  for (const agent of wide(agents, ({ scope }) => scope)) {
    const held = agent.holder?.binding;
    const known = held && ofBindings.get(held);
    const wanted = held ? agentNameFor(held.identifier.name) : nameByAnswer(agent);
    const given = known ?? name(agent.file, agent.scope, wanted);
    ofAgents.set(agent, given);
    // Another login that fills the same variable is done by the same agent.
    if (held) ofBindings.set(held, given);
  }
  return {
    of: (agent) => ofAgents.get(agent) ?? 'agent',
    for: (binding) => ofBindings.get(binding) ?? binding.identifier.name,
  };
}

/** `token` → `agent`, `adminToken` → `adminAgent`, `tokenOfAda` → `agentOfAda` */
export function agentNameFor(name: string): string {
  const replaced = name.replace(
    /(?:access|auth|bearer|jwt)?_?token|^jwt$|^authorization$|^auth(?:Header)?$|^bearer$|jwt$/i,
    (word) => (word === word.toUpperCase() ? 'AGENT' : /^[a-z]/.test(word) ? 'agent' : 'Agent'),
  );
  return replaced === name ? `${name}Agent` : replaced;
}

/** The agent of `adminRes` is `adminAgent`, that of `res` or `loginResponse` just `agent`. */
function nameByAnswer({ login }: LoggedInAgent): string {
  const [take] = login.takes;
  const { root } = take ? chainOf(take) : { root: undefined };
  const answer = root?.isIdentifier() ? root.node.name : '';
  const whose = answer.replace(
    /(?:login|log_?in|sign_?in|auth|user)?_?(?:res|resp|response|reply|answer|result|body|data|login)?$/i,
    '',
  );
  return whose && /^[a-z]\w*$/.test(whose) ? `${whose}Agent` : 'agent';
}

function other(name: string): string {
  return `other${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function widthOf({ node }: NodePath): number {
  return endOf(node) - startOf(node);
}

/** Whether a name in one scope would be seen in, or hide one of, another. */
function meet({ node: one }: NodePath, { node: other }: NodePath): boolean {
  return startOf(one) < endOf(other) && startOf(other) < endOf(one);
}
