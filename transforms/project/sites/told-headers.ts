import type { NodePath } from '@babel/traverse';
import type { Site, ToldHeaderSite } from '../site.js';
import { pathsOf, type SourceFile } from '../source.js';

/** `Authorization: Bearer <token>`, and the like with a word that stands for a token. */
const TOLD =
  /\bauthorization\s*:\s*(?:bearer|token|jwt)\s+(?:[<[{(]|your\b|(?:access_?|auth_?)?token\b|\.{3})/i;

/** Finds texts that tell people to send a login token in a header, where login tokens are read or checked. */
export function toldHeaderSites(sites: readonly Site[]): ToldHeaderSite[] {
  const files = new Set<SourceFile>();
  for (const { file, family, role } of sites)
    if (family === 'session' && (role === 'read' || role === 'check') && TOLD.test(file.text))
      files.add(file);
  return [...files].flatMap((file) =>
    [...pathsOf(file, 'StringLiteral', 'TemplateElement')]
      .filter((path) => TOLD.test(textOf(path)))
      .map((path) => ({
        role: 'read',
        kind: 'told-header',
        family: 'session',
        evidence: 'a text says how a login token is sent',
        file,
        path,
      })),
  );
}

function textOf(path: NodePath): string {
  if (path.isStringLiteral()) return path.node.value;
  return path.isTemplateElement() ? path.node.value.raw : '';
}
