import type { NodePath } from '@babel/traverse';
import type { Finding } from '../../words.js';
import { STANDS_IN } from '../browser/stand-ins.js';
import { isSource, isTest } from '../files.js';
import type { Project } from '../project.js';
import { endOf, positionOf, startOf } from '../source.js';

/** A pattern of what no rule rewrites in files around a browser application. */
interface Sight {
  readonly of: (path: string, text: string) => boolean;
  readonly pattern: RegExp;
  readonly severity: Finding['severity'];
  readonly title: string;
  readonly detail: string;
}

const PUTS_TOKEN =
  /(?:localStorage|sessionStorage)\s*\.\s*setItem\(\s*['"`][^'"`]*(?:token|jwt)[^'"`]*['"`]|(?:localStorage|sessionStorage)\s*\.\s*\w*(?:token|Token|jwt)\w*\s*=(?!=)|\bsetCookie\(\s*['"`][^'"`]*(?:token|jwt)|\blocalStorage:\s*\[[^\]]*\bname:\s*['"`][^'"`]*(?:token|jwt)/i;
const EXPECTS_TOKEN =
  /expect\(\s*(?:window\.|globalThis\.)?(?:localStorage|sessionStorage)\.getItem\(\s*['"`][^'"`]*(?:token|jwt)\w*['"`]\s*\)\s*\)\s*\.(?!toBeNull|toBeFalsy|toBeUndefined|not\b|to(?:Be|Equal|StrictEqual)\((?:null|undefined)\))|\bsetItem\w*\)\.(?:\w+\.)*toHaveBeen\w*CalledWith\(\s*['"`][^'"`]*(?:token|jwt)|expect\(\s*cookies?\.get\(\s*['"`][^'"`]*(?:token|jwt)/i;
const SENDS_WITH_ALL = /\bextraHTTPHeaders\s*:\s*\{[^}]*(?:authorization|x-access-token|x-auth-token)/i;
const READS_HEADER =
  /headers?\s*(?:\?\.|\.|!\.)?\s*(?:get\(\s*['"`](?:authorization|x-access-token|x-auth-token)|\.?(?:authorization\b(?!\s*=[^=])|\[\s*['"`](?:authorization|x-access-token|x-auth-token)))/i;
const ANSWERS_BY_KEY =
  /getItem\b[^;]{0,40}mockImplementation\([^;]{0,80}(?:token|jwt)|getItem\s*[:=]\s*(?:jest\.fn|vi\.fn)?\(?\s*\(?\w+\)?\s*=>[^;]{0,60}['"`]\w*(?:token|jwt)/i;
const HANDLES_TOKEN =
  /(?:localStorage|sessionStorage)\s*(?:\.\s*(?:get|set|remove)Item\(\s*['"`][^'"`]*(?:token|jwt)|\.\s*\w*(?:token|jwt)\b|\[\s*['"`][^'"`]*(?:token|jwt))|['"`]?authorization['"`]?\s*[:,]/i;

const SIGHTS: readonly Sight[] = [
  {
    of: (path) => isTest(path) || /(?:^|\/)(?:playwright|e2e|cypress)\b/.test(path),
    pattern: PUTS_TOKEN,
    severity: 'note',
    title: 'A test puts a login token into the browser',
    detail:
      "What a login by a request of the browser answers (cy.request, page.request) is taken for that login, whatever it is. A request from elsewhere, such as Playwright's request fixture, leaves the session's cookie behind: use page.request. A JWT that the test signs is exchanged until the window closes. To be logged in without a server, put a word under 'jwt-to-session' in localStorage.",
  },
  {
    of: isTest,
    pattern: ANSWERS_BY_KEY,
    severity: 'note',
    title: 'A test lets web storage answer with a login token',
    detail:
      "The page does not ask for it any more. To be logged in, let localStorage answer with a word under 'jwt-to-session'.",
  },
  {
    of: isTest,
    pattern: EXPECTS_TOKEN,
    severity: 'warning',
    title: 'A test expects the login token where the browser kept it',
    detail:
      "Nothing is kept there any more. Expect hasSession() of '@jwt-to-session/shim/client', or a word under 'jwt-to-session' in localStorage.",
  },
  {
    of: () => true,
    pattern: SENDS_WITH_ALL,
    severity: 'warning',
    title: 'Tests in a browser send the login token with every request',
    detail:
      "Let them log in once by page.request or context.request, and keep context.storageState(): the session's cookie is in it.",
  },
  {
    of: (_, text) => STANDS_IN.test(text),
    pattern: READS_HEADER,
    severity: 'warning',
    title: 'A stand-in for the server looks for the login token in a header',
    detail:
      "The browser sends none any more. In the page itself, ask hasSession() of '@jwt-to-session/shim/client'; elsewhere, let it remember that somebody logged in. Requests to /session may come too: GET, DELETE and POST /session/exchange.",
  },
];

/** What is left to do in tests, mocks and pages around a browser application, by file and line. */
export function browserFileFindings({ sources, sites, steps }: Project): Finding[] {
  if (!steps.includes('client')) return [];
  const hasClient = sites.some(({ kind }) => kind === 'client-entry');
  const changed = sites.filter(({ kind }) => kind === 'stand-in' || kind === 'test-storage');
  const isChanged = (at: string, index: number) =>
    changed.some(
      ({ file, path }) => file.path === at && statementStart(path) <= index && index < endOf(path.node),
    );
  return sources.listed.flatMap(({ path, text }): Finding[] => {
    if (/\.html?$/.test(path)) return scriptsOf(path, text);
    if (!hasClient || !isSource(path)) return [];
    return SIGHTS.filter(({ of }) => of(path, text)).flatMap(({ pattern, severity, title, detail }) => {
      const seen = [...text.matchAll(new RegExp(pattern, 'gi'))].find(({ index }) => !isChanged(path, index));
      return seen ? [{ severity, title, detail, file: path, line: positionOf(text, seen.index).line }] : [];
    });
  });
}

/** Where the call around a key begins: `localStorage.setItem('…'`. */
function statementStart(path: NodePath): number {
  return startOf(path.parentPath?.isCallExpression() ? path.parentPath.node : path.node);
}

/** Scripts that stand in a page itself, which nothing here rewrites. */
function scriptsOf(path: string, text: string): Finding[] {
  return [...text.matchAll(/<script\b(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/gi)].flatMap(
    (script): Finding[] => {
      const [whole, code = ''] = script;
      const seen = HANDLES_TOKEN.exec(code);
      if (!seen) return [];
      const offset = script.index + whole.indexOf(code) + seen.index;
      return [
        {
          severity: 'warning',
          title: 'A script in a page handles a login token',
          detail:
            "It is left as it is. Move it into a file of its own and run this again, or by hand: send requests without the header, with credentials: 'include'; keep nothing of what a login answers; log out by DELETE /session.",
          file: path,
          line: positionOf(text, offset).line,
        },
      ];
    },
  );
}
