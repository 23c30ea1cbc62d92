// https://github.com/auth0/node-jsonwebtoken#jwtsignpayload-secretorprivatekey-options-callback
import { alone } from '../alone.js';
import { withoutDependencies } from '../edit/dependencies.js';
import type { Edit } from '../edit/edits.js';
import { wholeLines } from '../edit/whole-lines.js';
import { isSource } from '../project/files.js';
import { checksThatStay } from '../project/obstacles.js';
import { type Package, packageAt } from '../project/packages.js';
import type { Project } from '../project/project.js';
import type { PresentSite } from '../project/site.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import type { Decision, Rule } from '../rule.js';

/** `present` leaves the session module once the server's code asks the session and no JWT. */
export const rule: Rule<PresentSite> = {
  step: 'server',
  hints: ['cutover'],
  knows: [],
  owns: (site): site is PresentSite => site.kind === 'present',
  decide,
  edit,
};

function decide(_site: PresentSite, project: Project): Decision {
  const [stays] = checksThatStay(project);
  return stays
    ? { action: 'kept', reason: `${stays.file.path} still checks a JWT` }
    : {
        action: 'rewritten',
        reason: 'the code behind the shim asks the session and reads no JWT any more',
      };
}

function edit({ file, path }: PresentSite, decision: Decision, { sources }: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const home = sources.packageOf(file);
  const comment = path.node.leadingComments?.at(-1);
  const start = comment?.start ?? startOf(path.node);
  const comma = /^\s*,/.exec(file.text.slice(endOf(path.node)))?.[0].length ?? 0;
  return [
    { file: file.path, ...wholeLines(file, start, endOf(path.node) + comma), text: '' },
    ...(home && isAlone(file, home, sources) ? withoutDependencies(home, LIBRARY) : []),
  ];
}

const LIBRARY = new Set(['jsonwebtoken', '@types/jsonwebtoken']);

/** Whether the session module is all in its package that signs: then it brought the library along. */
function isAlone(module: SourceFile, home: Package, { listed, packages }: Sources): boolean {
  return !listed.some(
    ({ path, text }) =>
      path !== module.path &&
      isSource(path) &&
      packageAt(packages, path) === home &&
      /['"]jsonwebtoken['"]/.test(text),
  );
}

export default alone('manifest/present', rule);
export const parser = 'tsx';
