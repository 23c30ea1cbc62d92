import { surroundingNames } from '../families.js';
import type { ListedFile } from '../files.js';
import type { Package } from '../packages.js';
import type { AttachedHeader } from './headers.js';
import type { TokenPlace } from './places.js';

/** Frameworks whose pages are made on a server as well, which runs part of the same code. */
const FRAMEWORKS = /^(?:next|nuxt|@sveltejs\/kit|@remix-run\/\w+|astro|@tanstack\/(?:react-)?start)$/;
/** Functions that such a framework calls on its server. */
const ON_SERVER = /^(?:getServerSideProps|getStaticProps|getInitialProps)$/;
/** Code that reads the cookies of a request to that server. */
const READS_COOKIES =
  /['"]next\/headers['"]|\bgetServerSideProps\b|\bgetInitialProps\b|\bNextRequest\b|['"]use server['"]|\breq(?:uest)?\s*\.\s*(?:cookies|headers)\b|\bevent\s*\.\s*cookies\b|\buseCookie\(/;

/** What reads a cookie of Nuxt on its server as well as in the browser, the login token by its name. */
const SHARED_COOKIES =
  /\buseCookie(?:<[^()]*>)?\(\s*['"`][\w.-]*(?:token|jwt|auth)|\$cookies\s*\.\s*get\(\s*['"`][\w.-]*(?:token|jwt|auth)/i;
/** The configuration of Nuxt that has its pages made in the browser alone. */
const BROWSER_ALONE = /\bssr\s*:\s*false\b|\bmode\s*:\s*['"]spa['"]/;

/** The file in which the server of the pages reads a token that the browser keeps in a cookie, or sends one on. */
export function servedWith(
  home: Package | undefined,
  files: readonly ListedFile[],
  places: readonly TokenPlace[],
  headers: readonly AttachedHeader[],
): string | undefined {
  const framework = [...(home?.dependencies ?? [])].find((name) => FRAMEWORKS.test(name));
  if (!framework || isWithoutServer(files)) return undefined;
  const sending = headers.find(({ path, foreign }) => !foreign && isOnServer(path));
  if (sending) return sending.file.path;
  const shared = framework.startsWith('nuxt')
    ? files.find(({ text }) => SHARED_COOKIES.test(text))
    : undefined;
  if (shared) return shared.path;
  const cookies = places.filter(({ storage }) => storage === 'cookie');
  return files.find(
    ({ text }) =>
      READS_COOKIES.test(text) &&
      cookies.some(({ key }) => text.includes(key) || /cookie[^\n]*(?:token|jwt)/i.test(text)),
  )?.path;
}

/** Files that SvelteKit runs on its server alone. */
const KIT_SERVER = /(?:^|\/)(?:hooks\.server|\+(?:page|layout)\.server|\+server)\.[jt]s$|\/lib\/server\//;

/** The file in which the server of the pages sends on a token that no script of the browser sees. */
export function keptByServer(
  home: Package | undefined,
  headers: readonly AttachedHeader[],
): string | undefined {
  if (!home?.dependencies.has('@sveltejs/kit')) return undefined;
  return headers.find(({ file, foreign }) => !foreign && KIT_SERVER.test(file.path))?.file.path;
}

/** `ssr: false` in nuxt.config */
function isWithoutServer(files: readonly ListedFile[]): boolean {
  return files.some(({ path, text }) => /(?:^|\/)nuxt\.config\.\w+$/.test(path) && BROWSER_ALONE.test(text));
}

function isOnServer(path: AttachedHeader['path']): boolean {
  return surroundingNames(path).some((name) => ON_SERVER.test(name));
}
