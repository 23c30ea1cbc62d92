import type { NodePath } from '@babel/traverse';
import { type Call, callsOf } from '../callers.js';
import { definitionOf } from '../definitions.js';
import { familyOfWord } from '../families.js';
import type { GatewaySite } from '../site.js';
import { type SourceFile, textOf } from '../source.js';
import type { Sources } from '../sources.js';

/** Finds where a library is told to check the tokens of requests by itself: express-jwt and passport-jwt. */
export function gatewaySites(sources: Sources, file: SourceFile): GatewaySite[] {
  const sites: GatewaySite[] = [];
  for (const call of callsOf(sources, file)) {
    const library = libraryOf(call);
    if (!library) continue;
    const [options, verify] = call.path.get('arguments') as NodePath[];
    const given = options && definitionOf(sources, options);
    const written = given?.kind === 'object' ? given.path : undefined;
    const text = written ? textOf(sources.fileOf(written), written.node) : textOf(file, call.path.node);
    const foreign = /jwks|expressJwtSecret|passportJwtSecret|secretOrKeyProvider/i.test(text);
    const word = familyOfWord(options ? text : '');
    sites.push({
      role: 'check',
      kind: 'gateway',
      library,
      file,
      path: call.path,
      call: call.path,
      family: foreign ? 'third-party' : (word ?? 'session'),
      evidence: foreign
        ? 'its keys come from another issuer'
        : word
          ? `${library} is set up with ${firstLine(text)}`
          : `${library} checks the token of every request that passes here`,
      ...(options ? { options } : {}),
      ...(written ? { written } : {}),
      ...(verify ? { verify } : {}),
    });
  }
  return sites;
}

function libraryOf({ callee, path }: Call): GatewaySite['library'] | undefined {
  if (callee.kind !== 'package') return undefined;
  const name = callee.name.filter((part) => part !== 'default').join('.');
  if (callee.module === 'express-jwt' && (name === '' || name === 'expressjwt')) return 'express-jwt';
  return callee.module === 'passport-jwt' && name === 'Strategy' && path.isNewExpression()
    ? 'passport-jwt'
    : undefined;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 60);
}
