import { type ParserOptions, type ParserPlugin, parse } from '@babel/parser';
import traverseModule, { type NodePath } from '@babel/traverse';
import type { File, Node, Program } from '@babel/types';
import {
  addInlineTemplates,
  type ComponentClass,
  isComponentTemplate,
  templateProgram,
} from './angular-templates.js';
import { hasTemplate, templateStatements } from './templates.js';

// Node hands out the module's exports here, bundlers and test runners the function itself.
const traverse = typeof traverseModule === 'function' ? traverseModule : traverseModule.default;

/** A parsed text: its program with scopes, and the path of every node. */
export interface Parsed {
  readonly ast: File;
  readonly program: NodePath<Program>;
  readonly paths: ReadonlyMap<Node, NodePath>;
}

/** A text that is not JavaScript or TypeScript as its name says. */
export class ParseError extends Error {
  readonly code = 'PARSE_FAILED';
}

const COMMON: ParserPlugin[] = [
  'decorators-legacy',
  'explicitResourceManagement',
  'exportDefaultFrom',
  'importAttributes',
  'throwExpressions',
];

/**
 * Parses one source file, TypeScript, JSX, Flow and both module systems included.
 *
 * @param path decides the syntax by its extension
 * @param component what the template of a component in a file of its own is of
 * @throws {ParseError} with line and column when no syntax fits
 */
export function parseSource(path: string, text: string, component?: ComponentClass): Parsed {
  if (isComponentTemplate(path))
    return indexed(templateProgram(text, optionsWith(['typescript']), component));
  const code = hasTemplate(path) ? scriptsOf(text) : text;
  let failure: unknown;
  for (const plugins of syntaxesOf(path, text)) {
    try {
      const ast = parse(code, optionsWith(plugins));
      if (hasTemplate(path)) ast.program.body.push(...templateStatements(path, text, optionsWith(plugins)));
      else if (/@Component\(/.test(text)) addInlineTemplates(ast, text, optionsWith(plugins));
      return indexed(ast);
    } catch (error) {
      failure ??= error;
    }
  }
  throw new ParseError(failure instanceof Error ? failure.message : String(failure));
}

function optionsWith(plugins: ParserPlugin[]): ParserOptions {
  return {
    sourceType: 'unambiguous',
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
    errorRecovery: false,
    plugins: [...COMMON, ...plugins],
  };
}

function syntaxesOf(path: string, text: string): ParserPlugin[][] {
  if (/\.[cm]?ts$/.test(path)) return [['typescript']];
  if (/\.tsx$/.test(path)) return [['typescript', 'jsx']];
  if (/\.(?:vue|svelte)$/.test(path)) {
    return /<script[^>]*\blang=["']tsx?["']/.test(text) ? [['typescript']] : [['jsx'], ['typescript']];
  }
  return [['jsx', 'flow'], ['jsx'], ['typescript', 'jsx'], ['typescript']];
}

function indexed(ast: File): Parsed {
  const paths = new Map<Node, NodePath>();
  let program: NodePath<Program> | undefined;
  traverse(ast, {
    enter(path) {
      paths.set(path.node, path);
      if (path.isProgram()) program = path;
    },
  });
  if (!program) throw new ParseError('the file holds no program');
  return { ast, program, paths };
}

/** The script blocks of a single-file component, everything else blanked so that offsets stay. */
function scriptsOf(text: string): string {
  const blank = (part: string) => part.replace(/[^\r\n]/g, ' ');
  let code = '';
  let from = 0;
  for (const block of text.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script>/g)) {
    const start = block.index + (block[1]?.length ?? 0);
    const end = start + (block[2]?.length ?? 0);
    code += blank(text.slice(from, start)) + text.slice(start, end);
    from = end;
  }
  return code + blank(text.slice(from));
}
