// https://github.com/rt2zz/redux-persist
import { alone } from '../alone.js';
import type { KeeperSite } from '../project/site.js';
import type { Decision, Rule } from '../rule.js';

/** State that a library keeps in the browser → the same, with a word in the token's place. */
export const rule: Rule<KeeperSite> = {
  step: 'client',
  hints: ['persist', 'Persist', 'atomWithStorage', 'Storage('],
  knows: [],
  owns: (site): site is KeeperSite => site.kind === 'state-keeper',
  decide,
  edit: () => [],
};

function decide({ kept, evidence }: KeeperSite): Decision {
  const [place] = kept.places;
  const name = place?.field ?? place?.key ?? 'it';
  return { action: 'bridged', reason: `${evidence}: ${name} goes on as the flag that there is a session` };
}

export default alone('client/state-keeper', rule);
export const parser = 'tsx';
