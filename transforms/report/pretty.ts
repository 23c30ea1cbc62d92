import type { Action, FileOutcome, Finding, Outcome, ReportedSite } from '../words.js';
import type { Colours } from './colours.js';
import { nextSteps } from './next.js';
import { summaryOf } from './summary.js';

/** What the run did, as the report words it. */
export type Doing = 'scan' | 'dry run' | 'written';

export interface PrettyOptions {
  readonly colours: Colours;
  readonly doing: Doing;
  /** The folder as it was given, for the lines that can be copied. */
  readonly dir: string;
  /** Whether git keeps what was there before; `true` where nothing is written. */
  readonly repository: boolean;
}

/** The outcome for people: each file with its sites, findings, the counts, and what to do next. */
export function prettyReport(outcome: Outcome, options: PrettyOptions): string {
  const { colours } = options;
  const parts = [
    ...fileParts(outcome, options),
    findingsPart(outcome.findings, colours),
    summaryPart(outcome, options),
    nextPart(nextSteps(outcome, options), colours),
  ];
  return parts
    .filter((part) => part)
    .map((part) => `${part}\n`)
    .join('\n');
}

function fileParts({ files, sites }: Outcome, { colours, doing }: PrettyOptions): string[] {
  const byFile = grouped(sites);
  return files
    .filter((file) => file.status !== 'unchanged' || file.reason || byFile.has(file.path))
    .map((file) => filePart(file, byFile.get(file.path) ?? [], colours, doing));
}

function grouped(sites: readonly ReportedSite[]): Map<string, ReportedSite[]> {
  const byFile = groupedBy(sites, ({ file }) => file);
  for (const own of byFile.values()) own.sort((a, b) => a.line - b.line || a.column - b.column);
  return byFile;
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const own = groups.get(keyOf(item));
    if (own) own.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function filePart(file: FileOutcome, sites: readonly ReportedSite[], colours: Colours, doing: Doing): string {
  const lines = [`${colours.bold(file.path)}${colours.dim(statusText(file, doing))}`];
  if (file.reason) {
    lines.push(`  ${file.status === 'failed' ? colours.red(`failed: ${file.reason}`) : file.reason}`);
  }
  const place = Math.max(...sites.map((site) => placeOf(site).length), 0);
  const role = Math.max(...sites.map((site) => site.role.length), 0);
  for (const site of sites) {
    const head = `${placeOf(site).padEnd(place)}  ${site.role.padEnd(role)}  `;
    lines.push(`  ${head}${actionText(site.action, colours)}  ${site.reason}`);
  }
  return lines.join('\n');
}

function placeOf({ line, column }: ReportedSite): string {
  return `${line}:${column}`;
}

function statusText({ status }: FileOutcome, doing: Doing): string {
  if (status === 'added') return doing === 'written' ? ' (added)' : ' (would be added)';
  if (status === 'deleted') return doing === 'written' ? ' (deleted)' : ' (would be deleted)';
  if (status === 'modified') return doing === 'written' ? ' (changed)' : ' (would change)';
  return '';
}

function actionText(action: Action, colours: Colours): string {
  const text = action.padEnd('rewritten'.length);
  if (action === 'rewritten') return colours.green(text);
  if (action === 'bridged') return colours.cyan(text);
  return action === 'manual' ? colours.yellow(text) : colours.dim(text);
}

/** What is to be done about findings that are alike is told once, after the last of them. */
function findingsPart(findings: readonly Finding[], colours: Colours): string {
  if (!findings.length) return '';
  const alike = groupedBy(findings, ({ severity, detail }) => `${severity}\n${detail}`);
  const lines = [...alike.values()].flatMap((same) => [
    ...same.map(({ severity, title, file, line }) => {
      const where = file ? ` (${file}${line ? `:${line}` : ''})` : '';
      const paint =
        severity === 'error' ? colours.red : severity === 'warning' ? colours.yellow : colours.cyan;
      return `  ${paint(severity)}  ${title}${where}`;
    }),
    ...same.slice(0, 1).map(({ detail }) => `    ${detail.replaceAll('\n', '\n    ')}`),
  ]);
  return [colours.bold('Findings'), ...lines].join('\n');
}

function summaryPart(outcome: Outcome, { colours, doing }: PrettyOptions): string {
  const { files, changed, rewritten, bridged, manual, kept, ms } = summaryOf(outcome);
  const failed = outcome.files.filter((file) => file.status === 'failed').length;
  const changes = doing === 'written' ? 'changed' : 'would change';
  const parts = [
    `${counted(outcome.sites.length, 'site')}: ${rewritten} rewritten, ${bridged} bridged, ${manual} manual, ${kept} kept`,
    `${counted(files, 'file')} read, ${changed} ${changes}${failed ? `, ${colours.red(`${failed} failed`)}` : ''}`,
    `${ms} ms`,
  ];
  return `${colours.bold('Summary')}  ${parts.join(' · ')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function nextPart(steps: readonly string[], colours: Colours): string {
  if (!steps.length) return '';
  return [
    colours.bold('Next'),
    ...steps.map((step, index) => `  ${index + 1}. ${step.replaceAll('\n', '\n     ')}`),
  ].join('\n');
}
