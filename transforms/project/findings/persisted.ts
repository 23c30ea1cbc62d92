import type { Finding } from '../../words.js';
import type { Project } from '../project.js';
import { at } from './at.js';

/** Libraries that keep an application's state in web storage by themselves, and how to leave a part of it out. */
const KEEPERS: Readonly<Record<string, string>> = {
  'redux-persist': 'blacklist',
  'pinia-plugin-persistedstate': 'pick or omit',
  'pinia-plugin-persist': 'strategies',
  'vuex-persistedstate': 'paths or reducer',
  'vuex-persist': 'reducer',
  'zustand/middleware': 'partialize',
};

/** State that a library keeps in the browser may hold the login token, and nothing in the code says so. */
export function persistedFindings({ sources, sites }: Project): Finding[] {
  if (!sites.some(({ kind }) => kind === 'login-answer' || kind === 'client-entry')) return [];
  return Object.entries(KEEPERS).flatMap(([name, option]): Finding[] => {
    const [file] = sources
      .mentioning(`'${name}'`, `"${name}"`, `'${name}/`, `"${name}/`)
      .filter(({ test }) => !test);
    if (!file || sites.some((site) => site.kind === 'state-keeper')) return [];
    if (name.startsWith('zustand') && !/\bpersist\b/.test(file.text)) return [];
    const statements = file.program.get('body');
    const statement = statements.find((one) => String(one).includes(name));
    return [
      {
        severity: 'warning',
        title: `${name} keeps state in the browser`,
        detail: `If the login token is a part of that state, leave it out (option ${option}), and hand what browsers have kept so far to acceptSession() from '@jwt-to-session/shim/client' before the first request, so that nobody is logged out.`,
        ...at(sources, statement ?? file.program),
      },
    ];
  });
}
