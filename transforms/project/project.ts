import type { Step } from '../words.js';
import type { ListedFile } from './files.js';
import type { Signature } from './signatures.js';
import type { Site } from './site.js';
import { findSites } from './sites/find.js';
import { type Sources, sourcesOf } from './sources.js';

/** What the rules tell the project about the packages that handle tokens. */
export interface Knowledge {
  readonly hints: readonly string[];
  readonly signatures: readonly Signature[];
  /** The day the window is counted from. */
  readonly today: Date;
  /** The steps that are asked for; what one step writes may depend on whether another goes with it. */
  readonly steps: readonly Step[];
  /** Whether pages and API are under one site, whatever the code says. */
  readonly sameSite?: boolean;
}

/** An application as the rules see it: its files and the sites in them. */
export interface Project {
  readonly sources: Sources;
  readonly sites: readonly Site[];
  readonly today: Date;
  readonly steps: readonly Step[];
  readonly sameSite: boolean;
}

/** Reads an application out of its listed files. Changes nothing, knows no rule. */
export function projectOf(listed: readonly ListedFile[], knowledge: Knowledge): Project {
  const sources = sourcesOf(listed, knowledge.hints);
  return {
    sources,
    sites: findSites(sources, knowledge),
    today: knowledge.today,
    steps: knowledge.steps,
    sameSite: knowledge.sameSite ?? false,
  };
}
