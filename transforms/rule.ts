import type { Edit } from './edit/edits.js';
import type { Project } from './project/project.js';
import type { Signature } from './project/signatures.js';
import type { Site } from './project/site.js';
import type { Action, Step } from './words.js';

/** What is to become of a site, and why, in words for the application's owner. */
export interface Decision {
  readonly action: Action;
  readonly reason: string;
  /** For what is `manual`: what a person is to do; it goes into the comment in the code after the reason. */
  readonly todo?: string;
}

/** What the comment above a `manual` site says. */
export function noteOf({ reason, todo }: Decision): string {
  const said = reason.charAt(0).toUpperCase() + reason.slice(1);
  return todo ? `${said}. ${todo}` : `${said}.`;
}

/** Everything about one pattern. All rules have this shape; the registry finds them by their folder. */
export interface Rule<S extends Site = Site> {
  readonly step: Step;
  /** Strings of which a file must hold one, or it is not parsed for this rule's sake. */
  readonly hints: readonly string[];
  /** Exports of packages that play a role, as data. */
  readonly knows: readonly Signature[];
  /** Whether the site is of this rule's pattern. */
  owns(site: Site, project: Project): site is S;
  decide(site: S, project: Project): Decision;
  /** The edits that carry out a decision; none for what is kept. */
  edit(site: S, decision: Decision, project: Project): readonly Edit[];
}

/** A rule under its name: the path of its file below `transforms/`, without extension. */
export interface RegisteredRule {
  readonly id: string;
  readonly rule: Rule;
}
