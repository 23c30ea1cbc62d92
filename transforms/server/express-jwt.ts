// https://github.com/auth0/express-jwt#usage
import type { NodePath } from '@babel/traverse';
import type * as t from '@babel/types';
import { alone } from '../alone.js';
import type { Edit } from '../edit/edits.js';
import { localName, SHIM } from '../edit/names.js';
import { quoted, styleOf } from '../edit/style.js';
import { definitionOf, keyName } from '../project/definitions.js';
import type { Project } from '../project/project.js';
import type { GatewaySite } from '../project/site.js';
import { endOf, startOf, textOf } from '../project/source.js';
import type { Decision, Rule } from '../rule.js';

/** `expressjwt({ secret, … })` → `sessionGuard({ … })`, which lets in whom express-jwt let in. */
export const rule: Rule<GatewaySite> = {
  step: 'server',
  hints: ['express-jwt'],
  knows: [],
  owns: (site): site is GatewaySite => site.kind === 'gateway' && site.library === 'express-jwt',
  decide,
  edit,
};

/** Options that are about the token itself, which a session has not. */
const ABOUT_THE_TOKEN = new Set([
  'secret',
  'algorithms',
  'getToken',
  'audience',
  'issuer',
  'ignoreExpiration',
]);
const CARRIED_OVER = new Set(['credentialsRequired', 'requestProperty', 'userProperty']);

function decide(site: GatewaySite, project: Project): Decision {
  if (site.family === 'third-party')
    return { action: 'kept', reason: `somebody else issues these tokens: ${site.evidence}` };
  if (site.family !== 'session') {
    return { action: 'manual', reason: `it checks a ${site.family} token: ${site.evidence}`, todo: BY_HAND };
  }
  if (!site.written)
    return {
      action: 'manual',
      reason: 'its options are not written out where they can be read',
      todo: BY_HAND,
    };
  const unknown = propertiesOf(site.written, project).filter(
    ([name]) => !ABOUT_THE_TOKEN.has(name) && !CARRIED_OVER.has(name),
  );
  if (unknown.length) {
    const names = unknown.map(([name]) => name).join(', ');
    return {
      action: 'manual',
      reason: `it is given ${names}, which a session guard does not know`,
      todo: BY_HAND,
    };
  }
  return { action: 'rewritten', reason: 'lets in whoever has a session; its errors are named as before' };
}

const BY_HAND =
  "Put sessionGuard() from '@jwt-to-session/shim' in its place, and what it tested besides the token into a middleware after it.";

/** The options by name, those that are spread in included; `...` for what can't be read. */
function propertiesOf(
  written: NodePath<t.ObjectExpression> | undefined,
  { sources }: Pick<Project, 'sources'>,
): [string, NodePath][] {
  return (written?.get('properties') ?? []).flatMap((property): [string, NodePath][] => {
    if (property.isSpreadElement()) {
      const spread = definitionOf(sources, property.get('argument'));
      return spread.kind === 'object' ? propertiesOf(spread.path, { sources }) : [['...', property]];
    }
    const value = property.isObjectProperty() ? (property.get('value') as NodePath) : property;
    return [[keyName(property.node) ?? '...', value]];
  });
}

function edit(site: GatewaySite, decision: Decision, project: Project): readonly Edit[] {
  if (decision.action !== 'rewritten') return [];
  const { file, call } = site;
  const name = localName(file, SHIM, 'sessionGuard');
  const options = optionsText(site, project);
  return [
    {
      file: file.path,
      start: startOf(call.node),
      end: endOf(call.node),
      text: `${name.local}(${options ? `{ ${options} }` : ''})`,
      needs: [name],
    },
  ];
}

function optionsText(site: GatewaySite, project: Project): string {
  const texts: string[] = [];
  const properties = new Map(propertiesOf(site.written, project));
  const textAt = (path: NodePath) => textOf(project.sources.fileOf(path), path.node);
  const required = properties.get('credentialsRequired');
  if (required && textAt(required) !== 'true') texts.push(`required: ${textAt(required)}`);
  const property = properties.get('requestProperty') ?? properties.get('userProperty');
  const style = styleOf(site.file.text);
  if (property) texts.push(`requestProperty: ${textAt(property)}`);
  else if (isBeforeSeven(site, project)) texts.push(`requestProperty: ${quoted(style, 'user')}`);
  return texts.join(', ');
}

/** Version 7 moved the claims from `req.user` to `req.auth`. */
function isBeforeSeven(site: GatewaySite, { sources }: Project): boolean {
  const version = sources.packageOf(site.file)?.versions.get('express-jwt');
  const major = /\d+/.exec(version ?? '')?.[0];
  if (major) return Number(major) < 7;
  return !/\bexpressjwt\b/.test(site.file.text);
}

export default alone('server/express-jwt', rule);
export const parser = 'tsx';
