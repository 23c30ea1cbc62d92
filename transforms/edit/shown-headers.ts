import type { NodePath } from '@babel/traverse';
import * as t from '@babel/types';
import { keyName, propertyName } from '../project/definitions.js';
import { endOf, type SourceFile, startOf } from '../project/source.js';
import type { Sources } from '../project/sources.js';
import { isInTemplate } from '../project/templates.js';
import { componentOf, ownMentions, partPlayed, templateMentions } from '../project/vue-components.js';
import type { Edit } from './edits.js';
import { withoutItems } from './lists.js';
import { withoutAttribute } from './markup.js';
import { withoutDeclaration } from './statements.js';

/** Headers that a component of Vue hands on in its template: `:headers="headers"`, `:headers="upload.headers"`. */
export interface ShownHeaders {
  /** What hands them on, in the template. */
  readonly handed: readonly NodePath[];
  /** The component's own code asks for them, too. */
  readonly asked: boolean;
  /** The property that holds them, or what declares them. */
  readonly holder: NodePath;
}

/** Finds how the template of a component speaks of an object; undefined where it does not. */
export function shownHeaders(sources: Sources, object: NodePath): ShownHeaders | undefined {
  const { at, way } = outermost(object);
  const file = sources.fileOf(object);
  const declarator = at.parentPath;
  if (declarator?.isVariableDeclarator() && t.isIdentifier(declarator.node.id)) {
    const references = declarator.scope.getBinding(declarator.node.id.name)?.referencePaths ?? [];
    const shown = references.filter(isInTemplate);
    if (!shown.length) return undefined;
    return shownBy(
      shown,
      references.filter((one) => !isInTemplate(one)),
      {
        way,
        holder: way.length ? (object.parentPath ?? object) : declarator,
      },
    );
  }
  const answering = at.parentPath?.isReturnStatement() ? at.getFunctionParent() : undefined;
  const part = answering && partPlayed(answering);
  const component = answering && part && part.part !== 'watch' ? componentOf(sources, answering) : undefined;
  const [name, ...rest] = part && 'name' in part ? [part.name, ...way] : way;
  if (!component || name === undefined) return undefined;
  const own = ownMentions(component).flatMap(({ parentPath: member }) =>
    member?.isMemberExpression() && propertyName(member.node) === name ? [member as NodePath] : [],
  );
  return shownBy(templateMentions(file, name), own, {
    way: rest,
    holder: way.length ? (object.parentPath ?? object) : object,
  });
}

/** An object with what it is the value of: `reactive({ headers: { … } })`, `computed(() => ({ … }))`. */
function outermost(object: NodePath): { readonly at: NodePath; readonly way: readonly string[] } {
  const way: string[] = [];
  let at = object;
  for (;;) {
    const { parentPath: parent } = at;
    const name = parent?.isObjectProperty() && at.key === 'value' ? keyName(parent.node) : undefined;
    if (name !== undefined && parent?.parentPath?.isObjectExpression()) {
      way.unshift(name);
      at = parent.parentPath;
    } else if (parent?.isArrowFunctionExpression() && at.key === 'body' && isMadeBy(parent, /^computed$/))
      at = parent.parentPath ?? parent;
    else if (isMadeBy(at, /^(?:ref|shallowRef|reactive|shallowReactive)$/)) at = parent ?? at;
    else return { at, way };
  }
}

function isMadeBy({ parentPath: call, listKey }: NodePath, made: RegExp): boolean {
  return (
    listKey === 'arguments' && call?.isCallExpression() === true && made.test(String(call.get('callee')))
  );
}

function shownBy(
  mentions: readonly NodePath[],
  own: readonly NodePath[],
  { way, holder }: { readonly way: readonly string[]; readonly holder: NodePath },
): ShownHeaders | undefined {
  const handed = mentions.flatMap((mention) => reached(mention, way) ?? []);
  const asked = own.some((mention) => reached(mention, way) !== undefined);
  return handed.length || asked ? { handed, asked, holder } : undefined;
}

/** The expression that reads down from a mention all the way; of what is handed on before, the mention itself. */
function reached(mention: NodePath, way: readonly string[]): NodePath | undefined {
  let at = mention;
  for (const name of way) {
    const { parentPath: unpacked } = at;
    if (unpacked?.isMemberExpression() && propertyName(unpacked.node) === 'value') at = unpacked;
    const { parentPath: member } = at;
    if (!member?.isMemberExpression() || at.key !== 'object') return at;
    if (propertyName(member.node) !== name) return undefined;
    at = member;
  }
  return at;
}

/** The object goes with the attributes that hand it on; what asks for more finds it empty. */
export function withoutShown(
  { file, elsewhere }: { readonly file: SourceFile; readonly elsewhere: boolean },
  { handed, asked, holder }: ShownHeaders,
  object: NodePath,
): Edit[] {
  const saying = elsewhere ? 'with-credentials' : '';
  const attributes = handed.map((mention) => withoutAttribute(file, mention, saying));
  const known = attributes.filter((edit) => edit !== undefined);
  const { parentPath: around } = holder;
  const going =
    asked || known.length < attributes.length
      ? undefined
      : holder.isObjectProperty() && around?.isObjectExpression()
        ? withoutItems(file, around.node.properties, new Set([holder.node]))
        : holder.isVariableDeclarator() &&
            around?.isVariableDeclaration() &&
            around.node.declarations.length === 1
          ? [withoutDeclaration(file, around)]
          : undefined;
  if (going) return [...going, ...known];
  const emptied = { file: file.path, start: startOf(object.node), end: endOf(object.node), text: '{}' };
  return [emptied, ...besideShown({ file, elsewhere }, handed)];
}

/** Cookies go to another origin though the headers stay, with whatever else is in them. */
export function besideShown(
  { file, elsewhere }: { readonly file: SourceFile; readonly elsewhere: boolean },
  handed: readonly NodePath[],
): Edit[] {
  if (!elsewhere) return [];
  return handed.flatMap((mention) => {
    const attribute = withoutAttribute(file, mention, 'with-credentials');
    return attribute
      ? [{ file: file.path, start: attribute.start, end: attribute.start, text: 'with-credentials ' }]
      : [];
  });
}
