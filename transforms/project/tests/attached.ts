import type { Binding, NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import type { TokenPlace } from '../acceptance/places.js';
import { attachedHeaders } from '../browser/headers.js';
import type { CallPath } from '../callers.js';
import type { SourceFile } from '../source.js';
import type { Sources } from '../sources.js';
import { unwrapped } from '../unwrapped.js';
import { linkName, requestsOf, type TestRequest } from './requests.js';

/** A token that a test sends along with a request. */
export interface TestAttachment {
  readonly request: TestRequest;
  /** The link of the request's chain that sends it. */
  readonly link: CallPath;
  /** The header in the link's object, where it sets others too. */
  readonly property?: NodePath;
  readonly header: string;
  /** What is sent: the token, and mostly the scheme before it. */
  readonly value: NodePath;
  /** The token itself, without the scheme before it. */
  readonly token: NodePath;
}

/** Where a file of the tests sends a token; one that is written out there is made up, and stays. */
export function attachmentsOf(sources: Sources, file: SourceFile): TestAttachment[] {
  const requests = requestsOf(sources, file);
  if (!requests.length) return [];
  const headers = attachedHeaders(sources, file).filter(({ foreign }) => !foreign);
  return headers.flatMap(({ path, form, header, value }): TestAttachment[] => {
    const token = withoutScheme(value);
    if (form === 'call') {
      const found = requests.find(({ links }) => links.some((link) => link.node === path.node));
      const link = found?.links.find(({ node }) => node === path.node);
      return found && link ? [{ request: found, link, header, value, token }] : [];
    }
    const call = form === 'property' ? path.parentPath?.parentPath : undefined;
    const found = requests.find(({ links }) => links.some((link) => link.node === call?.node));
    const link = found?.links.find(({ node }) => node === call?.node);
    if (!found || !link || !path.parentPath?.isObjectExpression()) return [];
    const alone = path.parentPath.node.properties.length === 1;
    return [{ request: found, link, header, value, token, ...(alone ? {} : { property: path }) }];
  });
}

/** `token` of `Bearer ${token}` and of `'Bearer ' + token`. */
export function withoutScheme(path: NodePath): NodePath {
  const bare = unwrapped(path);
  if (bare.isTemplateLiteral()) {
    const [before, after, ...more] = bare.node.quasis.map(({ value }) => value.raw);
    const [token] = bare.get('expressions');
    const plain = token && after === '' && !more.length && isScheme(before ?? '');
    return plain ? withoutScheme(token as NodePath) : bare;
  }
  if (bare.isBinaryExpression({ operator: '+' })) {
    const left = bare.get('left');
    const plain = t.isStringLiteral(left.node) && isScheme(left.node.value);
    return plain ? withoutScheme(bare.get('right')) : bare;
  }
  return bare;
}

/** Whether the application looks for a login token where this one is sent, with the word that is before it. */
export function isLookedFor({ header, link, value }: TestAttachment, places: readonly TokenPlace[]): boolean {
  const scheme = linkName(link) === 'auth' ? 'bearer' : schemeBefore(value);
  return places.some(
    (place) =>
      place.in === 'header' &&
      place.name === header.toLowerCase() &&
      (place.scheme ?? '').toLowerCase() === scheme,
  );
}

/** `bearer` of `Bearer ${token}`, and of a variable that was given such a text. */
function schemeBefore(path: NodePath): string {
  const bare = unwrapped(path);
  const text = bare.isTemplateLiteral()
    ? bare.node.quasis[0]?.value.raw
    : bare.isBinaryExpression() && t.isStringLiteral(bare.node.left)
      ? bare.node.left.value
      : undefined;
  if (text !== undefined) return text.replace(/[: ]+$/, '').toLowerCase();
  const binding = bare.isIdentifier() ? bare.scope.getBinding(bare.node.name) : undefined;
  return binding ? (fillsOf(binding).map(schemeBefore).find(Boolean) ?? '') : '';
}

/** The values that a variable is given. */
export function fillsOf({ path, constantViolations }: Binding): NodePath[] {
  const init = path.isVariableDeclarator() ? path.get('init') : undefined;
  const rights = constantViolations.flatMap((write) =>
    write.isAssignmentExpression() ? [write.get('right') as NodePath] : [],
  );
  return [...(init?.node ? [init as NodePath] : []), ...rights];
}

/** What stands before a token in a header; a name before it in a cookie is none. */
export function isScheme(text: string): boolean {
  return /^(?:(?:Bearer|Token|JWT):? ?)?$/i.test(text);
}
